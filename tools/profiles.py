"""The signed-in person's profile, as GitHub has it: what a tool and a resource both show."""

from pydantic import BaseModel, Field

from tools.context import ToolContext
from tools.github.client import GitHub
from tools.github.errors import Forbidden, WrongAccount
from tools.github.models import User


class UserInfo(BaseModel):
    login: str = Field(description="GitHub user name")
    id: int = Field(description="GitHub's numeric id, which stays when the user name changes")
    name: str | None = Field(description="Display name, if there is one")
    email: str = Field(
        default="",
        exclude_if=lambda value: not value,
        description="Primary verified e-mail address; present only when the permission user:email is granted and there is one",
    )
    avatar_url: str = Field(description="Picture")
    profile_url: str = Field(description="Profile page on GitHub")


async def own(context: ToolContext) -> UserInfo:
    """Return the caller's profile.

    Raises:
        GitHubError: GitHub did not give it, or gave another account's.
    """
    user = await context.github.user()
    # The session says who calls. A credential of somebody else must never answer for them.
    if user.id != context.person.github_id:
        await context.github_account_differs()
        raise WrongAccount
    email = await _email(user, context.github) if "user:email" in context.scopes else None
    return UserInfo(
        login=user.login,
        id=user.id,
        name=user.name,
        email=email or "",
        avatar_url=user.avatar_url,
        profile_url=user.html_url,
    )


async def _email(user: User, github: GitHub) -> str | None:
    """Return the primary verified address, or the public one."""
    try:
        emails = await github.emails()
    except Forbidden:
        return user.email  # granted here, but not at GitHub
    return next((each.email for each in emails if each.primary and each.verified), user.email)
