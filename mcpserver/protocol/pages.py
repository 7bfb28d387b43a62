"""The four lists, page by page (MCP 2026-07-28 server/utilities/pagination)."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.results import cache_hints, complete
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import Revision

PAGE_SIZE = 100
LIST_TTL_MS = 60_000

_CURSOR_PREFIX = b"after:"

# A definition is an entry in the shape of the newest revision, as the list sends it.
Definition = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the lists: its member in the result, the member that tells its entries apart, and an entry for a revision."""

    member: str
    key: str
    described: Callable[[Definition, Revision], dict[str, Any]]


def parse_cursor(params: Mapping[str, Any]) -> str | None:
    """Return the key of the entry after which the page starts, None for the first page.

    Raises:
        InvalidParams: the cursor is none of ours. The empty string is a cursor like any other.
    """
    cursor = params.get("cursor")
    if cursor is None:
        return None
    if not isinstance(cursor, str):
        raise InvalidParams('"cursor" must be a string.')
    try:
        decoded = base64.b64decode(cursor, altchars=b"-_", validate=True)
        key = decoded.removeprefix(_CURSOR_PREFIX).decode()
    except (binascii.Error, ValueError):
        raise _invalid_cursor() from None
    if make_cursor(key) != cursor:
        raise _invalid_cursor()
    return key


def make_cursor(key: str) -> str:
    """Return the cursor that continues after an entry. It names the entry: a list that grows does not shift the pages."""
    return base64.urlsafe_b64encode(_CURSOR_PREFIX + key.encode()).decode()


def list_result(kind: Kind, definitions: Sequence[Definition], after: str | None, revision: Revision, server: Server) -> bytes:
    """Return a page as JSON.

    Raises:
        InvalidParams: the cursor names an entry that is not on the list.
    """
    start = _start(kind, definitions, after)
    page = definitions[start : start + PAGE_SIZE]
    result: dict[str, Any] = {kind.member: [kind.described(definition, revision) for definition in page]}
    if start + PAGE_SIZE < len(definitions):
        result["nextCursor"] = make_cursor(page[-1][kind.key])
    result.update(cache_hints(revision, ttl_ms=LIST_TTL_MS))
    return complete(result, revision, server)


def _start(kind: Kind, definitions: Sequence[Definition], after: str | None) -> int:
    if after is None:
        return 0
    for index, definition in enumerate(definitions):
        if definition[kind.key] == after:
            return index + 1
    raise _invalid_cursor()


def _invalid_cursor() -> InvalidParams:
    return InvalidParams("Invalid cursor.")
