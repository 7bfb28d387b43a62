"""How a running tool, resource or prompt reaches the client that called it. ``mcpserver`` implements it for each era."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

LogLevel = Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]


@dataclass(frozen=True, slots=True)
class InputRequest:
    """What the client is asked for: ``elicitation/create``, ``sampling/createMessage`` or ``roots/list``, and its params."""

    method: str
    params: Mapping[str, Any]


class Link(Protocol):
    """The way to the client while one call runs."""

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """What the client declared: ``{"elicitation": {"form": {}}, "sampling": {}, …}``."""

    @property
    def remembered(self) -> Any:
        """What ``remember`` kept in an earlier round of the same call, or None."""

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Tell how far the call is; nothing happens where the client did not ask to hear it."""

    async def log(self, level: LogLevel, data: Any, logger: str | None) -> None:
        """Send a log message; nothing happens where the client did not ask for that level."""

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        """Return the client's result for each key.

        In an era without requests to the client the call ends here and begins anew once the answers have come: keys must be
        the same then.

        Raises:
            InputRefused: the client cannot be asked, or answered with an error or not in time.
        """

    def remember(self, value: Any) -> None:
        """Keep a JSON value (sealed) for the next round of this call."""


class InputRefused(Exception):
    """The client did not give what it was asked for. The message is safe to show."""


class Unlinked:
    """A call without a client at its other end, such as one from a command."""

    capabilities: Mapping[str, Any] = {}
    remembered: Any = None

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Nobody listens."""

    async def log(self, level: LogLevel, data: Any, logger: str | None) -> None:
        """Nobody listens."""

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002
        """Nobody answers."""
        raise InputRefused("There is nobody to ask.")

    def remember(self, value: Any) -> None:
        """There is no next round."""


UNLINKED = Unlinked()
