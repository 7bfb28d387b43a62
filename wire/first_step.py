"""Running a coroutine up to the first place where it waits. Most never wait, and need none of what waiting needs: no time
limit, no watch whether the client is still there.

    begun = Begun(work())
    if begun.is_done:
        return begun.result
    async with asyncio.timeout(10):
        return await begun.rest()
"""

import types
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Begun(Generic[T]):
    """A coroutine, run until it has ended or waits for the first time, in the task of its caller.

    Raises:
        whatever the coroutine raises until then.
    """

    __slots__ = ("_coroutine", "_waits_for", "is_done", "result")

    result: T

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self.is_done = False
        try:
            self._waits_for = coroutine.send(None)
        except StopIteration as end:
            self.is_done, self.result = True, end.value

    @types.coroutine
    def rest(self) -> Generator[Any, Any, T]:
        """Go on, and return what the coroutine returns. Awaited once, and at once: nobody else waits for what it waits for."""
        try:
            while True:
                try:
                    woken_with = yield self._waits_for
                except GeneratorExit:
                    self._coroutine.close()
                    raise
                except BaseException as error:  # noqa: BLE001  it is the coroutine's to meet: a cancellation, above all
                    self._waits_for = self._coroutine.throw(error)
                else:
                    self._waits_for = self._coroutine.send(woken_with)
        except StopIteration as end:
            result: T = end.value
            return result
