"""Questions to the client's model (MCP 2026-07-28 client/sampling), in the newest revision's shape."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from tools.link import AnswerMalformed

Message = Mapping[str, Any]
Messages = str | Sequence[Message]


class Options(TypedDict, total=False):
    """What may be said besides the messages; absent is left to the client.

    ``hints`` are names of models, best first; ``tools`` are definitions as ``tools/list`` has them, for clients that declare
    ``sampling.tools``; ``tool_choice`` is ``auto``, ``required`` or ``none``.
    """

    system_prompt: str
    temperature: float
    stop_sequences: Sequence[str]
    hints: Sequence[str]
    tools: Sequence[Mapping[str, Any]]
    tool_choice: Literal["auto", "required", "none"]
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the model said. It comes from the client and may be anything: use it as data."""

    content: tuple[Mapping[str, Any], ...]
    model: str
    role: str
    stop_reason: str | None = None

    @property
    def text(self) -> str:
        """Return the text blocks, joined."""
        return "".join(str(block.get("text", "")) for block in self.content if block["type"] == "text")

    @property
    def tool_uses(self) -> tuple[Mapping[str, Any], ...]:
        """Return the blocks by which the model asks for a tool."""
        return tuple(block for block in self.content if block["type"] == "tool_use")


def said(role: Literal["user", "assistant"], content: str | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Message:
    """Return one message: text, a content block, or several blocks."""
    if isinstance(content, str):
        content = {"type": "text", "text": content}
    return {"role": role, "content": content if isinstance(content, Mapping) else list(content)}


def params(messages: Messages, max_tokens: int, **options: Any) -> dict[str, Any]:
    """Return the params of ``sampling/createMessage``. A string is one message of the user's.

    ``includeContext`` is never sent: other values than none are deprecated.

    Raises:
        ValueError: no message, ``max_tokens`` below 1, or tool uses and tool results that do not match.
    """
    listed = [said("user", messages)] if isinstance(messages, str) else list(messages)
    if not listed or max_tokens < 1:
        raise ValueError("a model is asked with at least one message and at least one token to answer")
    _check_tool_results(listed)
    made: dict[str, Any] = {"messages": listed, "maxTokens": max_tokens}
    names = (("system_prompt", "systemPrompt"), ("temperature", "temperature"), ("metadata", "metadata"))
    made |= {wire: options[name] for name, wire in names if name in options}
    if options.get("stop_sequences"):
        made["stopSequences"] = list(options["stop_sequences"])
    if options.get("hints"):
        made["modelPreferences"] = {"hints": [{"name": name} for name in options["hints"]]}
    if options.get("tools"):
        made["tools"] = list(options["tools"])
        made["toolChoice"] = {"mode": options.get("tool_choice", "auto")}
    return made


def read(result: Mapping[str, Any]) -> Sampled:
    """Return what a result says; one block or a list of them, which 2025-11-25 and later allow.

    Raises:
        AnswerMalformed: it is no such result.
    """
    content = _blocks(result)
    reason = result.get("stopReason")
    is_right = isinstance(result.get("model"), str) and result.get("role") in ("user", "assistant")
    if not is_right or not isinstance(reason, str | None) or not all(_is_block(block) for block in content):
        raise AnswerMalformed("The client's answer is no message of a model.")
    return Sampled(tuple(content), result["model"], result["role"], reason)


def _blocks(message: Mapping[str, Any]) -> list[Any]:
    content = message.get("content")
    return content if isinstance(content, list) else [content]


def _is_block(block: object) -> bool:
    return isinstance(block, dict) and isinstance(block.get("type"), str)


def _check_tool_results(messages: Sequence[Message]) -> None:
    """MCP 2025-11-25 client/sampling: results stand alone in their message, and answer each use of the message before."""
    used: set[str] = set()
    for message in messages:
        blocks = _blocks(message)
        results = set(_ids(blocks, "tool_result", "toolUseId"))
        if results and any(block["type"] != "tool_result" for block in blocks):
            raise ValueError("a message with tool results holds nothing else")
        if results != used:
            raise ValueError("each tool use is answered by a tool result in the next message, and nothing else is")
        used = set(_ids(blocks, "tool_use", "id"))


def _ids(blocks: Sequence[Mapping[str, Any]], kind: str, member: str) -> Iterator[str]:
    return (block[member] for block in blocks if block["type"] == kind)
