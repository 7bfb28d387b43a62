"""``prompts/list`` and ``prompts/get``: params in, results out, in the shape of each revision (MCP server/prompts)."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from mcpserver.protocol import content
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.pages import Definition, Kind
from mcpserver.protocol.results import complete
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import Revision


class PromptMessage(Protocol):
    """One message of a prompt: its role and one content block."""

    @property
    def role(self) -> str: ...
    @property
    def content(self) -> Mapping[str, Any]: ...


def parse_get(params: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the prompt's name and the arguments; absent arguments are none.

    Raises:
        InvalidParams: ``name`` is no string, or ``arguments`` no object of strings.
    """
    name = params.get("name")
    if not isinstance(name, str):
        raise InvalidParams('"name" must be a string.')
    return name, string_map(params.get("arguments"), "arguments")


def string_map(given: Any, member: str) -> dict[str, str]:
    """Return an object whose values are all strings; an absent one is empty.

    Raises:
        InvalidParams: it is something else.
    """
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise InvalidParams(f'"{member}" must be an object of strings.')
    return given


def unknown_prompt() -> InvalidParams:
    """Return the error for a prompt that is not there."""
    return InvalidParams("Unknown prompt.")


def get_result(description: str, messages: Iterable[PromptMessage], revision: Revision, server: Server) -> bytes:
    """Return a prompt's messages as JSON.

    Raises:
        TypeError: the prompt put something into them that is not JSON.
    """
    listed = [{"role": message.role, "content": content.block(message.content, revision)} for message in messages]
    return complete({"description": description, "messages": listed}, revision, server)


def _described(definition: Definition, revision: Revision) -> dict[str, Any]:
    known = {name: value for name, value in definition.items() if name in revision.prompt_fields}
    if "arguments" in known:
        known["arguments"] = [
            {name: value for name, value in argument.items() if name in revision.argument_fields}
            for argument in known["arguments"]
        ]
    return known


PROMPTS = Kind("prompts", "name", _described)
