"""How a running tool, resource or prompt reaches the client that called it. ``mcpserver`` implements it for each era."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from tools.results import ToolError

LogLevel = Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]


class InputRefused(ToolError):
    """The client did not give what it was asked for. The message is safe to show."""

    outcome: ClassVar[str] = "input_refused"


class CapabilityMissing(InputRefused):
    """The client did not declare what it would be asked for.

    ``required`` is a capabilities object, such as ``{"sampling": {}}``. A Link raises it where the era has an error of its own
    for that; a tool that has another way may catch it.
    """

    outcome: ClassVar[str] = "capability_missing"

    def __init__(self, required: Mapping[str, Any]) -> None:
        super().__init__(f"This client does not offer what is needed: {', '.join(sorted(required))}.")
        self.required = required


class AnswerUnfit(InputRefused):
    """An answer came and does not fit what was asked for. The message says what is wrong, without the values."""


class AnswerMalformed(InputRefused):
    """What the client sent as an answer is none."""


@dataclass(frozen=True, slots=True)
class InputRequest:
    """What the client is asked for: ``elicitation/create``, ``sampling/createMessage`` or ``roots/list``, and its params.

    ``params`` have the newest revision's shape, which a Link turns into its own. ``needs`` is the capabilities object that the
    client must have declared. ``check`` raises ``AnswerUnfit`` or ``AnswerMalformed`` for a result that will not do.
    """

    method: str
    params: Mapping[str, Any]
    needs: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Mapping[str, Any]], object] | None = field(default=None, repr=False, compare=False)


class CallEnded(BaseException):
    """A Link ends the call from within ``ask``. No ``Exception``: a tool's ``except Exception`` must not swallow it.

    ``outcome`` is the word for it in the record of calls.
    """

    outcome: ClassVar[str] = "ended"


def ended_in(group: BaseExceptionGroup[BaseException]) -> CallEnded | None:
    """Return what ended the call if a group of errors, of a tool that asks from tasks, holds that and nothing else."""
    matching, rest = group.split(CallEnded)
    found: BaseException | None = matching if rest is None else None
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found if isinstance(found, CallEnded) else None


class Link(Protocol):
    """The way to the client while one call runs."""

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """What the client declared and can be asked for here: ``{"elicitation": {"form": {}}, "sampling": {}, …}``."""

    @property
    def remembered(self) -> Any:
        """What ``remember`` kept in an earlier round of the same call, or None."""

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Tell how far the call is; nothing happens where the client did not ask to hear it."""

    async def log(self, level: LogLevel, data: Any, logger: str | None) -> None:
        """Send a log message; nothing happens where the client did not ask for that level."""

    async def release(self) -> None:
        """Let go of the connection where the client will come back for the result; nothing happens elsewhere."""

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        """Return the client's result for each key.

        In an era without requests to the client the call ends here and begins anew once the answers have come: keys must be
        the same then.

        Raises:
            InputRefused: the client cannot be asked, or answered with an error or not in time.
            CallEnded: the call goes on in another round.
        """

    def remember(self, value: Any) -> None:
        """Keep a JSON value (sealed) for the next round of this call."""


class Unlinked:
    """A call without a client at its other end, such as one from a command."""

    capabilities: Mapping[str, Any] = {}
    remembered: Any = None

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Nobody listens."""

    async def log(self, level: LogLevel, data: Any, logger: str | None) -> None:
        """Nobody listens."""

    async def release(self) -> None:
        """There is no connection."""

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002
        """Nobody answers."""
        raise InputRefused("There is nobody to ask.")

    def remember(self, value: Any) -> None:
        """There is no next round."""


UNLINKED = Unlinked()
