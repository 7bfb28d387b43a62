"""``tools/call``: the tool, its rights, and the context that it runs in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcpserver import bearer, database, links
from mcpserver.dispatch import rights
from mcpserver.dispatch.call import Call
from mcpserver.protocol import parameter_headers
from mcpserver.protocol import tools as messages
from mcpserver.protocol.errors import InternalError, MissingClientCapability, ProtocolError
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.parameter_headers import ParameterHeader
from mcpserver.protocol.steps import CallTool, Complete, GetPrompt, ReadResource
from mcpserver.protocol.versions import Era
from oauth_bridge.github import api, credentials
from oauth_bridge.principals import Principal
from tools import asking, results, runner
from tools.catalog import CATALOG
from tools.context import Person, ToolContext
from tools.link import UNLINKED, CapabilityMissing
from tools.registry import Tool
from tools.results import ToolError
from wire import request_id

GITHUB_AWAY = "GitHub did not answer when this person's sign-in there had to be renewed. Try again later."
SIGN_IN_AGAIN = "The link to GitHub has ended for this person. Ask them to sign in again through this client."


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that is not permitted, and the reason that the caller is told."""

    tool: Tool
    arguments: Mapping[str, Any]
    reason: str


def prepare(step: CallTool, principal: Principal) -> Tool | Refused | ProtocolError:
    """Return the tool, or what answers the call without it.

    Raises:
        BearerError: a scope is missing; nothing has run.
    """
    try:
        tool = _tool(step)
    except ProtocolError as error:
        return error
    verdict = rights.explain(tool, principal, step.arguments)
    if verdict.allowed:
        return tool
    if verdict.missing:
        raise bearer.insufficient_scope(verdict.missing, principal.scopes)
    return Refused(tool, step.arguments, verdict.reason)


async def refuse(refused: Refused, call: Call) -> SingleOutcome:
    """Return the result that tells the model why not: the call was understood (MCP server/tools, Error Handling)."""
    return runner.refuse(refused.tool, refused.arguments, context(call), refused.reason)


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


async def call_tool(tool: Tool, step: CallTool, call: Call) -> SingleOutcome:
    """Return the tool's result, or the error that answers the call.

    Raises:
        InvalidParams: the request brings a ``requestState`` that is not believed.
        CallEnded: the call goes on in another round.
    """
    return await run(tool, step, context(call, step))


async def run(tool: Tool, step: CallTool, surroundings: ToolContext) -> SingleOutcome:
    """Return what a call in given surroundings came to.

    Raises:
        CallEnded: the call goes on in another round.
    """
    if tool.requires and not asking.declares(surroundings.link.capabilities, tool.requires):
        # Before anything is sent: the error has an HTTP status of its own.
        return _missing_capability(tool, step)
    try:
        return await runner.run(tool, step.arguments, surroundings)
    except CapabilityMissing as error:
        return MissingClientCapability(error.required)
    except runner.ToolFault:
        # Logged with its traceback where it happened: the client hears the reference alone.
        return InternalError(request_id.current.get())


def _missing_capability(tool: Tool, step: CallTool) -> SingleOutcome:
    if step.revision.era is Era.MODERN:
        return MissingClientCapability(tool.requires)
    return results.error(f"{tool.name} needs a client that offers {', '.join(sorted(tool.requires))}.")


def context(call: Call, step: CallTool | GetPrompt | ReadResource | Complete | None = None) -> ToolContext:
    """Return what runs for this caller sees: the person, their GitHub, and (with a step) the way to the client.

    Raises:
        InvalidParams: the request brings a ``requestState`` that is not believed.
    """
    principal = call.principal
    token = _GitHubToken(principal.session_id)
    return ToolContext(
        person=Person(principal.github_id, principal.login),
        client_name=principal.client_name,
        scopes=principal.scopes,
        github_token=token.get,
        request_id=request_id.current.get(),
        client_id=principal.client_id,
        session_id=principal.session_id,
        github_token_refused=token.refused,
        github_account_differs=token.of_another_account,
        link=UNLINKED if step is None else links.for_call(step, call),
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


_annotated: dict[str, tuple[Mapping[str, Any], tuple[ParameterHeader, ...]]] = {}


def _parameter_headers(tool: Tool) -> tuple[ParameterHeader, ...]:
    """Return the headers that a tool's parameters ask for; its schema is read once."""
    known = _annotated.get(tool.name)
    if known is None or known[0] is not tool.definition:
        known = (tool.definition, parameter_headers.annotated(tool.definition["inputSchema"]))
        _annotated[tool.name] = known
    return known[1]
