"""Who calls a tool, and what the tool may use on that person's behalf."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tools.github import GitHub
from tools.link import UNLINKED, Link, LogLevel


@dataclass(frozen=True, slots=True)
class Person:
    """The person who signed in. ``github_id`` is the identity; the login may be renamed and given to somebody else."""

    github_id: int
    login: str


async def _nothing_to_mark() -> None:
    return None


@dataclass(frozen=True, slots=True)
class ToolContext:
    """One call's surroundings, made from the verified access token and never from the arguments.

    ``github_token`` returns this person's own GitHub token; it raises ``ToolError`` when there is none to be had.
    ``github_token_refused`` is awaited once when GitHub refuses that token, so that the credential can be marked;
    ``github_account_differs`` when the token turns out to be another account's, so that the session can be ended.
    """

    person: Person
    client_name: str
    scopes: frozenset[str]
    # Not shown: a partial in a traceback or a log line would show what it was bound to.
    github_token: Callable[[], Awaitable[str]] = field(repr=False)
    request_id: str = "-"
    github_token_refused: Callable[[], Awaitable[None]] = field(default=_nothing_to_mark, repr=False)
    github_account_differs: Callable[[], Awaitable[None]] = field(default=_nothing_to_mark, repr=False)

    link: Link = field(default=UNLINKED, repr=False)

    async def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Tell the client how far the call is. ``done`` must grow; ``total`` in the same unit (MCP utilities/progress)."""
        await self.link.progress(done, total, message)

    async def log(self, level: LogLevel, data: Any, logger: str | None = None) -> None:
        """Send a log message to a client that asked for its level. Never a secret: people and models read it."""
        await self.link.log(level, data, logger)

    @property
    def github(self) -> GitHub:
        """Return GitHub's REST API as this caller may use it."""
        return GitHub(token=self.github_token, token_refused=self.github_token_refused)
