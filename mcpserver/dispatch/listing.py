"""``tools/list``, page by page."""

from collections.abc import Mapping
from typing import Any

from mcpserver.dispatch.call import Call
from mcpserver.protocol import tools as messages
from mcpserver.protocol.errors import ProtocolError
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.server import Server
from mcpserver.protocol.steps import ListTools
from mcpserver.protocol.versions import Revision
from tools.catalog import CATALOG


async def list_tools(step: ListTools, call: Call) -> SingleOutcome:
    """Return the page that was asked for, of what this caller may see."""
    definitions: list[Mapping[str, Any]] = [tool.definition for tool in CATALOG.visible_to(call.principal.scopes)]
    try:
        return _pages.page(definitions, step.after, step.revision, call.server)
    except ProtocolError as error:
        return error


class _Pages:
    """Pages of ``tools/list`` as JSON, made once for each revision and set of visible tools.

    A set is known by the identity of its definitions, which are kept with the page: an id is not used twice while its object
    lives, and a definition is never changed in place.
    """

    MAX_PAGES = 256

    def __init__(self) -> None:
        self._pages: dict[tuple[object, ...], tuple[list[Mapping[str, Any]], bytes]] = {}

    def page(self, definitions: list[Mapping[str, Any]], after: str | None, revision: Revision, server: Server) -> bytes:
        key = (revision.name, after, server, *map(id, definitions))
        known = self._pages.get(key)
        if known is not None:
            return known[1]
        body = messages.list_result(definitions, after, revision, server)
        if len(self._pages) >= self.MAX_PAGES:
            self._pages.clear()
        self._pages[key] = (definitions, body)
        return body


_pages = _Pages()
