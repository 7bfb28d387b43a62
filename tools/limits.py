"""How many calls of one person may run at once in this process."""

from typing import ClassVar

from tools.results import ToolError

# More than any known client sends together; waiting for an answer and running as a task count too.
MAX_AT_ONCE = 32

_running: dict[int, int] = {}


class TooManyAtOnce(ToolError):
    """This person has ``MAX_AT_ONCE`` calls that run."""

    outcome: ClassVar[str] = "too_many_at_once"


def enter(github_id: int) -> None:
    """Count a call of this person, until ``leave``.

    Raises:
        TooManyAtOnce: there are too many already; nothing was counted.
    """
    count = _running.get(github_id, 0)
    if count >= MAX_AT_ONCE:
        raise TooManyAtOnce(f"{MAX_AT_ONCE} calls of this person run already. Wait until one has ended, and call again.")
    _running[github_id] = count + 1


def leave(github_id: int) -> None:
    """Count a call no longer."""
    count = _running[github_id] - 1
    if count:
        _running[github_id] = count
    else:
        del _running[github_id]
