"""GitHub's faults, worded for the person who asked: what happened, and what they can do.

No message carries a token or anything that GitHub wrote, but for names of scopes and the address of a single sign-on, both
checked (``tools.github.refusals``).
"""

from collections.abc import Collection
from typing import ClassVar

from tools.results import ToolError


class GitHubError(ToolError):
    """GitHub did not give what was asked."""

    outcome: ClassVar[str] = "github_error"


class TokenRefused(GitHubError):
    """401: the credential is expired, revoked or unusable."""

    def __init__(self) -> None:
        super().__init__("GitHub no longer accepts this sign-in. Disconnect this server in your client, then sign in again.")


class WrongAccount(GitHubError):
    """The credential belongs to another GitHub account than the session."""

    def __init__(self) -> None:
        super().__init__("GitHub answered for another account than the one that is signed in here. Sign in again.")


class Forbidden(GitHubError):
    """403 without a limit: the credential may not do this."""

    def __init__(self, message: str = "GitHub does not let this sign-in see what was asked for.") -> None:
        super().__init__(message)


class NotFound(Forbidden):
    """404: it is not there, or GitHub hides it from the credential; the two are not told apart."""

    def __init__(self) -> None:
        super().__init__(
            "GitHub has nothing there that this sign-in may see. Check the owner, the name, the path or the number; "
            "a private repository needs the permission repo."
        )


class ScopeMissing(Forbidden):
    """403, and the credential holds none of the scopes that GitHub accepts (``X-Accepted-OAuth-Scopes``)."""

    def __init__(self, accepted: Collection[str]) -> None:
        super().__init__(
            f"GitHub asks for a permission that this sign-in lacks: {' or '.join(sorted(accepted))}. Disconnect this server in "
            "your client, then sign in again and grant it."
        )


class SingleSignOnNeeded(Forbidden):
    """403 with ``X-GitHub-SSO``: the organization wants this credential confirmed at its own sign-in."""

    def __init__(self, url: str | None) -> None:
        where = f"Open {url} in a browser" if url else "Open the organization's page at GitHub in a browser"
        super().__init__(f"This organization asks for its single sign-on. {where}, sign in there, then try again.")


class NotApproved(Forbidden):
    """403: the organization lets no application in that its owners have not approved."""

    def __init__(self) -> None:
        super().__init__(
            "This organization has not approved this server. An owner of the organization can do so at GitHub, "
            "under Third-party access."
        )


class Gone(GitHubError):
    """410: switched off, such as the issues of a repository."""

    def __init__(self) -> None:
        super().__init__("This repository has switched that off, or it was deleted.")


class Moved(GitHubError):
    """301: the repository was renamed or given to somebody else."""

    def __init__(self) -> None:
        super().__init__("This repository was renamed or moved. Look for its new name with search_repositories.")


class NotAccepted(GitHubError):
    """409 or 422: the request makes no sense to GitHub, such as a query or a branch that it cannot read."""

    def __init__(self) -> None:
        super().__init__("GitHub does not accept these values. Check the query, the branch or the page, then try again.")


class BadName(GitHubError):
    """No such name exists at GitHub: nothing is sent."""

    outcome: ClassVar[str] = "invalid_arguments"

    def __init__(self, argument: str, example: str) -> None:
        super().__init__(f"{argument} is not right. Write it as in {example}.")


class Limited(GitHubError):
    """429, or 403 with a limit reached. ``wait_seconds`` is None when GitHub does not say."""

    def __init__(self, wait_seconds: int | None) -> None:
        when = "later" if wait_seconds is None else f"in {_duration(wait_seconds)}"
        super().__init__(f"GitHub's limit on requests is reached. Try again {when}.")
        self.wait_seconds = wait_seconds


class ServerFault(GitHubError):
    """5xx: GitHub is in trouble."""

    def __init__(self, status: int) -> None:
        super().__init__(f"GitHub has a problem of its own (status {status}). Try again later.")


class PassingServerFault(ServerFault):
    """502, 503, 504: often gone a moment later."""


class TooSlow(GitHubError):
    """No whole answer in time."""

    def __init__(self) -> None:
        super().__init__("GitHub did not answer in time. Try again later.")


class Unreachable(GitHubError):
    """No connection, or one that broke off."""

    def __init__(self) -> None:
        super().__init__("GitHub could not be reached. Try again later.")


class WriteUnanswered(GitHubError):
    """A write was sent, and no answer came: it may have been done, so it is not sent twice."""

    def __init__(self) -> None:
        super().__init__("GitHub did not say whether it was done. Look there first; do it again only if it was not.")


class Unexpected(GitHubError):
    """An answer that is not what GitHub documents: not JSON, of another shape, too large, a redirect."""

    def __init__(self) -> None:
        super().__init__("GitHub sent something unexpected. Try again later.")


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{max(1, seconds)} {'second' if seconds <= 1 else 'seconds'}"
    return f"about {round(seconds / 60)} minutes"
