"""``tools/list`` and ``tools/call``: params in, results out, in the shape of each revision (MCP server/tools)."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mcpserver.protocol import content
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.pages import Definition, Kind
from mcpserver.protocol.results import complete
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import Revision


class CallOutcome(Protocol):
    """What a tool gave back: MCP content blocks, structured content if any, and whether it failed."""

    @property
    def content(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def structured(self) -> Mapping[str, Any] | None: ...
    @property
    def is_error(self) -> bool: ...


def parse_call(params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the tool's name and the arguments; absent arguments are none.

    Raises:
        InvalidParams: ``name`` is no string, or ``arguments`` no object.
    """
    name = params.get("name")
    if not isinstance(name, str):
        raise InvalidParams('"name" must be a string.')
    arguments = params.get("arguments")
    if arguments is None:
        return name, {}
    if not isinstance(arguments, dict):
        raise InvalidParams('"arguments" must be an object.')
    return name, arguments


def unknown_tool() -> InvalidParams:
    """Return the error for a tool that is not there. It does not repeat the name, which the caller knows and chose."""
    return InvalidParams("Unknown tool.")


def call_result(outcome: CallOutcome, revision: Revision, server: Server) -> bytes:
    """Return a tool's result as JSON.

    Raises:
        TypeError: the tool put something into it that is not JSON.
    """
    result: dict[str, Any] = {
        "content": content.blocks(outcome.content, revision),
        "isError": outcome.is_error,
    }
    if outcome.structured is not None and revision.structured_content:
        result["structuredContent"] = outcome.structured
    return complete(result, revision, server)


def _described(definition: Definition, revision: Revision) -> dict[str, Any]:
    return {name: value for name, value in definition.items() if name in revision.tool_fields}


TOOLS = Kind("tools", "name", _described)
