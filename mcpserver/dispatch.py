"""Carries a planned step out. Here alone meet who is calling (``oauth_bridge``) and what is called (``tools``)."""

from collections.abc import Mapping
from typing import Any

from mcpserver import bearer, database
from mcpserver.protocol import parameter_headers
from mcpserver.protocol import tools as messages
from mcpserver.protocol.errors import InternalError, ProtocolError
from mcpserver.protocol.exchange import Outcome, SingleOutcome
from mcpserver.protocol.parameter_headers import ParameterHeader
from mcpserver.protocol.server import Server
from mcpserver.protocol.steps import Batch, CallTool, ListTools, Single, Step
from mcpserver.protocol.versions import Revision
from oauth_bridge.github import api, credentials
from oauth_bridge.principals import Principal
from tools import permissions, runner
from tools.catalog import CATALOG
from tools.context import Person, ToolContext
from tools.registry import Tool
from tools.results import ToolError
from wire import request_id

GITHUB_AWAY = "GitHub did not answer when this person's sign-in there had to be renewed. Try again later."
SIGN_IN_AGAIN = "The link to GitHub has ended for this person. Ask them to sign in again through this client."

# What a step needs before anything runs: its tool, or the error that answers it; None when there is nothing to prepare.
_Prepared = Tool | ProtocolError | None


async def run(step: Step, principal: Principal, server: Server) -> Outcome:
    """Return what carrying the step out gave, for ``exchange.finish``.

    Rights are judged for the whole of a batch before any of it runs.

    Raises:
        BearerError: a scope is missing; nothing has run.
    """
    if isinstance(step, Batch):
        prepared = [_prepare(entry, principal) for entry in step.entries]
        return [await _carry_out(entry, ready, principal, server) for entry, ready in zip(step.entries, prepared, strict=True)]
    return await _carry_out(step, _prepare(step, principal), principal, server)


def _prepare(step: Single, principal: Principal) -> _Prepared:
    if not isinstance(step, CallTool):
        return None
    try:
        tool = _tool(step)
    except ProtocolError as error:
        return error
    missing = permissions.missing_scopes(tool, step.arguments, principal.scopes)
    if missing:
        raise bearer.insufficient_scope(missing, principal.scopes)
    return tool


def _tool(step: CallTool) -> Tool:
    """Return the tool that is called.

    Raises:
        InvalidParams: there is none of that name.
        HeaderMismatch: a header differs from the parameter that it repeats.
    """
    tool = CATALOG.get(step.name)
    if tool is None:
        raise messages.unknown_tool()
    if step.headers is not None:
        parameter_headers.check(_parameter_headers(tool), step.arguments, step.headers)
    return tool


async def _carry_out(step: Single, prepared: _Prepared, principal: Principal, server: Server) -> SingleOutcome:
    if isinstance(prepared, ProtocolError):
        return prepared
    if isinstance(step, ListTools):
        return _list(step, principal, server)
    if isinstance(step, CallTool) and prepared is not None:
        return await _call(prepared, step, principal)
    return None


async def _call(tool: Tool, step: CallTool, principal: Principal) -> SingleOutcome:
    try:
        return await runner.run(tool, step.arguments, _context(principal))
    except runner.ToolFault:
        # Logged with its traceback where it happened: the client hears the reference alone.
        return InternalError(request_id.current.get())


def _context(principal: Principal) -> ToolContext:
    token = _GitHubToken(principal.session_id)
    return ToolContext(
        person=Person(principal.github_id, principal.login),
        client_name=principal.client_name,
        scopes=principal.scopes,
        github_token=token.get,
        request_id=request_id.current.get(),
        github_token_refused=token.refused,
        github_account_differs=token.of_another_account,
    )


class _GitHubToken:
    """One call's GitHub token, fetched when a tool asks for it, and what GitHub thought of it."""

    def __init__(self, session_id: str) -> None:
        self._session_id = session_id
        self._given = ""

    async def get(self) -> str:
        try:
            self._given = await database.run(credentials.access_token, self._session_id)
        except credentials.CredentialUnavailable:
            raise ToolError(SIGN_IN_AGAIN) from None
        except api.Unavailable:
            raise ToolError(GITHUB_AWAY) from None
        return self._given

    async def refused(self) -> None:
        # With the token: one that was renewed in the meantime is not the one that was refused.
        await database.run(credentials.mark_dead, self._session_id, self._given)

    async def of_another_account(self) -> None:
        await database.run(credentials.wrong_account, self._session_id)


def _list(step: ListTools, principal: Principal, server: Server) -> SingleOutcome:
    definitions: list[Mapping[str, Any]] = [tool.definition for tool in CATALOG.visible_to(principal.scopes)]
    try:
        return _pages.page(definitions, step.after, step.revision, server)
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
_annotated: dict[str, tuple[Mapping[str, Any], tuple[ParameterHeader, ...]]] = {}


def _parameter_headers(tool: Tool) -> tuple[ParameterHeader, ...]:
    """Return the headers that a tool's parameters ask for; its schema is read once."""
    known = _annotated.get(tool.name)
    if known is None or known[0] is not tool.definition:
        known = (tool.definition, parameter_headers.annotated(tool.definition["inputSchema"]))
        _annotated[tool.name] = known
    return known[1]
