"""``tools/list`` and ``tools/call``: params in, results out, in the shape of each revision (MCP server/tools)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.results import cache_hints, complete
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import Revision

PAGE_SIZE = 100
LIST_TTL_MS = 60_000

# A definition is a tool in the shape of the newest revision, as ``tools/list`` sends it.
Definition = Mapping[str, Any]

_CURSOR_PREFIX = b"after:"


class CallOutcome(Protocol):
    """What a tool gave back: MCP content blocks, structured content if any, and whether it failed."""

    @property
    def content(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def structured(self) -> Mapping[str, Any] | None: ...
    @property
    def is_error(self) -> bool: ...


def parse_cursor(params: Mapping[str, Any]) -> str | None:
    """Return the name of the tool after which the page starts, None for the first page.

    Raises:
        InvalidParams: the cursor is none of ours. The empty string is a cursor like any other (server/utilities/pagination).
    """
    cursor = params.get("cursor")
    if cursor is None:
        return None
    if not isinstance(cursor, str):
        raise InvalidParams('"cursor" must be a string.')
    try:
        decoded = base64.b64decode(cursor, altchars=b"-_", validate=True)
        name = decoded.removeprefix(_CURSOR_PREFIX).decode()
    except (binascii.Error, ValueError):
        raise _invalid_cursor() from None
    if make_cursor(name) != cursor:
        raise _invalid_cursor()
    return name


def make_cursor(name: str) -> str:
    """Return the cursor that continues after a tool. It names the tool, so that a list that grows does not shift the pages."""
    return base64.urlsafe_b64encode(_CURSOR_PREFIX + name.encode()).decode()


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


def list_result(definitions: Sequence[Definition], after: str | None, revision: Revision, server: Server) -> bytes:
    """Return a page of tools as JSON.

    Raises:
        InvalidParams: the cursor names a tool that is not on the list.
    """
    start = _start(definitions, after)
    page = definitions[start : start + PAGE_SIZE]
    result: dict[str, Any] = {"tools": [_described(definition, revision) for definition in page]}
    if start + PAGE_SIZE < len(definitions):
        result["nextCursor"] = make_cursor(page[-1]["name"])
    result.update(cache_hints(revision, ttl_ms=LIST_TTL_MS))
    return complete(result, revision, server)


def call_result(outcome: CallOutcome, revision: Revision, server: Server) -> bytes:
    """Return a tool's result as JSON.

    Raises:
        TypeError: the tool put something into it that is not JSON.
    """
    result: dict[str, Any] = {
        "content": [_block(block, revision) for block in outcome.content],
        "isError": outcome.is_error,
    }
    if outcome.structured is not None and revision.structured_content:
        result["structuredContent"] = outcome.structured
    return complete(result, revision, server)


def _start(definitions: Sequence[Definition], after: str | None) -> int:
    if after is None:
        return 0
    for index, definition in enumerate(definitions):
        if definition["name"] == after:
            return index + 1
    raise _invalid_cursor()


def _described(definition: Definition, revision: Revision) -> dict[str, Any]:
    return {name: value for name, value in definition.items() if name in revision.tool_fields}


def _block(block: Mapping[str, Any], revision: Revision) -> Mapping[str, Any]:
    """Return a content block, told in words where the revision has no such type."""
    if block["type"] in revision.content_types:
        return block
    return {"type": "text", "text": f"{block.get('title') or block['name']}: {block['uri']}"}


def _invalid_cursor() -> InvalidParams:
    return InvalidParams("Invalid cursor.")
