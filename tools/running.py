"""What changes while one call runs: its clock, and how many questions it has asked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator


class Running:
    """One call's clock and count. The clock stands still while somebody is asked: people think longer than tools work."""

    __slots__ = ("_asking", "_left", "_limit", "questions")

    def __init__(self) -> None:
        self.questions = 0
        self._limit: asyncio.Timeout | None = None
        self._asking = 0
        self._left = 0.0

    def within(self, seconds: float) -> asyncio.Timeout:
        """Return the time limit of the call, to be entered: ``async with running.within(10) as limit``.

        A call that has asked already, before it is first waited for, has its limit from the answer on.
        """
        self._left = seconds
        self._limit = asyncio.timeout(None if self._asking else seconds)
        return self._limit

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Stop the clock, also when several questions are asked at once."""
        self._asking += 1
        if self._asking == 1:
            self._stop()
        try:
            yield
        finally:
            self._asking -= 1
            if self._asking == 0:
                self._go_on()

    def next_question(self) -> int:
        """Return the number of the next question, from 1."""
        self.questions += 1
        return self.questions

    def _stop(self) -> None:
        if self._limit is not None and (when := self._limit.when()) is not None:
            self._left = when - asyncio.get_running_loop().time()
            with _even_when_over():
                self._limit.reschedule(None)

    def _go_on(self) -> None:
        if self._limit is not None:
            with _even_when_over():
                self._limit.reschedule(asyncio.get_running_loop().time() + self._left)


@contextlib.contextmanager
def _even_when_over() -> Iterator[None]:
    """A task that the tool left behind may ask, or hear, after the call has ended: its clock is no longer there to be set."""
    with contextlib.suppress(RuntimeError):
        yield
