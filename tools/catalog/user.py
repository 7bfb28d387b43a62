"""The caller's own GitHub profile as a resource, for clients that attach resources to a conversation."""

from collections.abc import Mapping

from tools import profiles
from tools.context import Person, ToolContext
from tools.profiles import UserInfo
from tools.resources import JSON, resource


def _is_own(person: Person, variables: Mapping[str, str]) -> bool:
    # Somebody else's profile and one that does not exist look the same: this is no way to search GitHub.
    return variables["login"] == person.login


@resource(
    "github://user/{login}",
    title="GitHub profile",
    mime_type=JSON,
    scopes={"read:user"},
    readable_by=_is_own,
    subscribable=True,
)
async def user(login: str, context: ToolContext) -> UserInfo:  # noqa: ARG001 - it is the caller's, see _is_own
    """The GitHub profile of the person who is signed in, and of nobody else."""
    return await profiles.own(context)


@user.listed
async def _own(context: ToolContext) -> list[dict[str, str]]:
    return [{"login": context.person.login}]


@user.complete("login")
async def _login(value: str, _chosen: Mapping[str, str], context: ToolContext) -> list[str]:
    return [context.person.login] if context.person.login.startswith(value) else []
