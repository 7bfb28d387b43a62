"""Using a tool as somebody who has signed in, without their client: for the operator's command and the dashboard."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import QuerySet
from django.utils import timezone

from mcpserver import identity
from mcpserver.dispatch import calls, rights
from mcpserver.dispatch.call import Call
from mcpserver.outgoing import NOWHERE
from mcpserver.policies import POLICIES
from oauth_bridge import verification
from oauth_bridge.models import Session
from oauth_bridge.principals import Principal
from tools import runner
from tools.permissions import Verdict
from tools.registry import Tool
from tools.results import ToolResult


class NotSignedIn(Exception):
    """Nobody of that login has a session that lasts."""


def lasting_sessions() -> QuerySet[Session]:
    """Return the sessions as in which somebody may call, the one used last first."""
    lasting = Session.objects.filter(ended_at=None, expires_at__gt=timezone.now(), person__is_active=True)
    return lasting.filter(client__disabled_at=None).order_by("-last_used_at")


def principal_of(login: str) -> Principal:
    """Return the person as in the session that they used last. For threads.

    Raises:
        NotSignedIn: there is no such session.
    """
    session = lasting_sessions().filter(person__login__iexact=login).first()
    if session is None:
        raise NotSignedIn(f"{login} has no session: sign in through a client first.")
    return verification.principal_of_session(session)


def why(tool: Tool, principal: Principal) -> Verdict:
    """Return whether this person may call the tool now, and why. For threads."""
    return why_each((tool,), principal)[0][1]


def why_each(tools: Iterable[Tool], principal: Principal) -> list[tuple[Tool, Verdict]]:
    """Return for each tool whether this person may call it now, and why. For threads."""
    POLICIES.read()
    return [(tool, rights.explain(tool, principal)) for tool in tools]


async def call(tool: Tool, arguments: dict[str, object], principal: Principal, reference: str) -> ToolResult:
    """Return what a call gives, or why it is not permitted. It is recorded like any other.

    Raises:
        ToolFault: a bug; the log has its traceback.
    """
    context = replace(calls.context(Call(principal, identity.server(), NOWHERE)), request_id=reference)
    verdict = rights.explain(tool, principal, arguments)
    if not verdict.allowed:
        return runner.refuse(tool, arguments, context, verdict.reason)
    return await runner.run(tool, arguments, context)
