"""How many calls of one person may run at once in this process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from tools.results import ToolError

# More than any known client sends together; waiting for an answer and running as a task count too.
MAX_AT_ONCE = 32

_running: Counter[int] = Counter()


class TooManyAtOnce(ToolError):
    """This person has ``MAX_AT_ONCE`` calls that run."""

    outcome: ClassVar[str] = "too_many_at_once"


@contextmanager
def one_more(github_id: int) -> Iterator[None]:
    """Count a call of this person while the block lasts.

    Raises:
        TooManyAtOnce: there are too many already.
    """
    if _running[github_id] >= MAX_AT_ONCE:
        raise TooManyAtOnce(f"{MAX_AT_ONCE} calls of this person run already. Wait until one has ended, and call again.")
    _running[github_id] += 1
    try:
        yield
    finally:
        _running[github_id] -= 1
        if not _running[github_id]:
            del _running[github_id]
