"""GitHub's faults, worded for the person who asked. No message carries a URL, a token or anything that GitHub wrote."""

from collections.abc import Mapping
from typing import ClassVar

from tools.results import ToolError

LONGEST_WAIT_SECONDS = 86_400


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
    """403 without a limit, or 404: the credential may not see this."""

    def __init__(self) -> None:
        super().__init__("GitHub does not let this sign-in see what was asked for.")


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


class Unexpected(GitHubError):
    """An answer that is not what GitHub documents: not JSON, of another shape, too large, a redirect."""

    def __init__(self) -> None:
        super().__init__("GitHub sent something unexpected. Try again later.")


def for_status(status: int, headers: Mapping[str, str], *, now: float) -> GitHubError | None:
    """Return the error of an HTTP status, or None for 200. ``now`` is in seconds since the epoch.

    Limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    match status:
        case 200:
            return None
        case 401:
            return TokenRefused()
        case 429:
            return Limited(_wait_seconds(headers, now))
        case 403 if "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0":
            return Limited(_wait_seconds(headers, now))
        case 403 | 404:  # GitHub hides what a credential may not see
            return Forbidden()
        case 502 | 503 | 504:
            return PassingServerFault(status)
        case _ if 500 <= status <= 599:
            return ServerFault(status)
        case _:
            return Unexpected()


def _wait_seconds(headers: Mapping[str, str], now: float) -> int | None:
    after = _whole_number(headers.get("retry-after", ""))
    if after is None:
        reset = _whole_number(headers.get("x-ratelimit-reset", ""))
        after = None if reset is None else max(0, reset - int(now))
    return after if after is None or after <= LONGEST_WAIT_SECONDS else None


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _duration(seconds: int) -> str:
    if seconds < 120:
        return f"{max(1, seconds)} {'second' if seconds <= 1 else 'seconds'}"
    return f"about {round(seconds / 60)} minutes"
