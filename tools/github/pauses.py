"""Until when GitHub wants to hear nothing of somebody: who goes on asking at a limit is shut out for longer.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from tools.github.etags import Holder

MAX_PAUSES = 10_000
EVERYTHING = ""


class Pauses:
    """The pauses of one process, by holder and by what is limited: ``core``, ``search``, or everything."""

    def __init__(self) -> None:
        self._until: dict[tuple[Holder, str], float] = {}

    def begin(self, holder: Holder, resource: str, *, until: float) -> None:
        """Ask nothing before ``until``, in seconds since the epoch."""
        self._until.pop((holder, resource), None)
        self._until[holder, resource] = until
        while len(self._until) > MAX_PAUSES:
            del self._until[next(iter(self._until))]

    def seconds_left(self, holder: Holder, resource: str, *, now: float) -> int:
        """Return how long to wait before asking, rounded up; 0 to go ahead."""
        left = max(self._left(holder, each, now) for each in (resource, EVERYTHING))
        return int(-(-left // 1))

    def _left(self, holder: Holder, resource: str, now: float) -> float:
        until = self._until.get((holder, resource), 0.0)
        if until <= now:
            self._until.pop((holder, resource), None)
        return max(0.0, until - now)
