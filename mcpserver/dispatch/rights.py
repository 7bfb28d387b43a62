"""What the operator lets the verified caller use. Scopes are asked for elsewhere: they can be granted, this cannot."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from mcpserver.dispatch import judged
from mcpserver.policies import POLICIES
from oauth_bridge.principals import Principal
from tools import permissions
from tools.permissions import Verdict
from tools.policy import Governed, Subject
from tools.registry import Tool

Offered = TypeVar("Offered", bound=Governed)


def subject_of(principal: Principal) -> Subject:
    """Return the caller, as ``tools`` knows whom it judges."""
    return Subject(
        github_id=principal.github_id,
        login=principal.login,
        organizations=principal.organizations,
        teams=principal.teams,
        groups=principal.groups,
        client_id=principal.client_id,
        scopes=principal.scopes,
    )


def explain(tool: Tool, principal: Principal, arguments: Mapping[str, Any] | None = None) -> Verdict:
    """Return whether the caller may call a tool now, its scopes included, and why."""
    if tool.step_up is None:
        # Whatever the arguments are.
        return judged.once(
            principal, tool.name, tool, None, lambda: permissions.explain(tool, subject_of(principal), POLICIES.current)
        )
    return permissions.explain(tool, subject_of(principal), POLICIES.current, arguments)


def refusal(thing: Governed, principal: Principal) -> Verdict | None:
    """Return the operator's no, or None."""
    return permissions.refusal(thing, subject_of(principal), POLICIES.current)


def permitted(offered: Iterable[Offered], principal: Principal) -> list[Offered]:
    """Return what the caller may use: the rest is not even named in lists."""
    subject, policy = subject_of(principal), POLICIES.current
    return [each for each in offered if permissions.refusal(each, subject, policy) is None]
