"""The four lists, page by page: what operator and scopes let the caller use, in the order of the catalog."""

from collections.abc import Callable, Mapping
from typing import Any

from mcpserver.dispatch import calls, failures, judged, rights
from mcpserver.dispatch.call import Call
from mcpserver.protocol import pages, prompts, resources, tools
from mcpserver.protocol.errors import ProtocolError
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.pages import Kind
from mcpserver.protocol.server import Server
from mcpserver.protocol.steps import ListPage
from mcpserver.protocol.versions import Revision
from oauth_bridge.principals import Principal
from tools import reader
from tools.catalog import CATALOG
from tools.registry import Tool
from tools.resources import Resource

_Definitions = list[Mapping[str, Any]]


async def list_page(step: ListPage, call: Call) -> SingleOutcome:
    """Return the page that was asked for, of what this caller may see."""
    if step.after is None and step.kind is tools.TOOLS:
        key = (step.kind.member, step.revision.name)
        return judged.once(call.principal, key, CATALOG, call.server, lambda: _first_page_of_tools(step, call))
    definitions = _VISIBLE[step.kind](call.principal)
    try:
        own = await _own_resources(call) if step.kind is resources.RESOURCES else []
        if own:
            # One person's, and so not kept.
            return pages.list_result(step.kind, [*definitions, *own], step.after, step.revision, call.server)
        return _pages.page(step.kind, definitions, step.after, step.revision, call.server)
    except ProtocolError as error:
        return error
    except failures.EXPECTED as error:
        return failures.error_for(error)


def _first_page_of_tools(step: ListPage, call: Call) -> bytes:
    return _pages.page(step.kind, _tools(call.principal), None, step.revision, call.server)


def tools_of(principal: Principal) -> list[Tool]:
    """Return the tools that this caller's list has."""
    return rights.permitted(CATALOG.visible_to(principal.scopes), principal)


def _tools(principal: Principal) -> _Definitions:
    return [tool.definition for tool in tools_of(principal)]


def _resources(principal: Principal) -> _Definitions:
    return [each.definition for each in _visible_resources(principal) if not each.is_template]


def _templates(principal: Principal) -> _Definitions:
    return [each.definition for each in _visible_resources(principal) if each.is_template]


def _prompts(principal: Principal) -> _Definitions:
    return [prompt.definition for prompt in rights.permitted(CATALOG.prompts_visible_to(principal.scopes), principal)]


def _visible_resources(principal: Principal) -> list[Resource]:
    return rights.permitted(CATALOG.resources_visible_to(principal.scopes), principal)


_VISIBLE: dict[Kind, Callable[[Principal], _Definitions]] = {
    tools.TOOLS: _tools,
    resources.RESOURCES: _resources,
    resources.TEMPLATES: _templates,
    prompts.PROMPTS: _prompts,
}


async def _own_resources(call: Call) -> _Definitions:
    """Return the URIs of templates that are listed for this person.

    Raises:
        ToolError, ToolFault: a listing failed.
    """
    listings = [each for each in _visible_resources(call.principal) if each.listings]
    # Without a link: a list asks nobody (MCP 2026-07-28 basic/patterns/mrtr, Supported Requests).
    return [entry for each in listings for entry in await reader.listed(each, calls.context(call))]


class _Pages:
    """Pages of the lists as JSON, made once for each revision and set of visible entries.

    A set is known by the identity of its definitions, which are kept with the page: an id is not used twice while its object
    lives, and a definition is never changed in place.
    """

    MAX_PAGES = 256

    def __init__(self) -> None:
        self._pages: dict[tuple[object, ...], tuple[_Definitions, bytes]] = {}

    def page(self, kind: Kind, definitions: _Definitions, after: str | None, revision: Revision, server: Server) -> bytes:
        key = (kind.member, revision.name, after, server.features, server.version, *map(id, definitions))
        known = self._pages.get(key)
        if known is not None:
            return known[1]
        body = pages.list_result(kind, definitions, after, revision, server)
        if len(self._pages) >= self.MAX_PAGES:
            self._pages.clear()
        self._pages[key] = (definitions, body)
        return body


_pages = _Pages()
