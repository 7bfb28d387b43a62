"""The news that this process is about to end, for work that would not end by itself: open streams.

    drained = asyncio.create_task(drain.wait())
    await asyncio.wait({next_event, drained}, return_when=asyncio.FIRST_COMPLETED)

A server calls ``begin`` in its event loop once it has stopped listening; streams then send their last event and end.
"""

import asyncio


class Drain:
    """A signal given once. Unlike ``asyncio.Event`` it may be waited for in any event loop."""

    def __init__(self) -> None:
        self._has_begun = False
        self._waiting: set[asyncio.Future[None]] = set()
        self._held: set[asyncio.Future[None]] = set()

    def begin(self) -> None:
        """Wake everyone who waits, in the event loop they wait in."""
        self._has_begun = True
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def has_begun(self) -> bool:
        """Return whether the end has been announced."""
        return self._has_begun

    async def wait(self) -> None:
        """Return once the end is announced."""
        if self._has_begun:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    def hold(self, work: asyncio.Future[None]) -> None:
        """Let the process wait for work that belongs to no request, and that ends by itself soon after the announcement."""
        self._held.add(work)
        work.add_done_callback(self._held.discard)

    async def held(self) -> None:
        """Return once that work has ended."""
        if self._held:
            await asyncio.wait(self._held)


_of_this_process = Drain()
begin = _of_this_process.begin
has_begun = _of_this_process.has_begun
wait = _of_this_process.wait
hold = _of_this_process.hold
held = _of_this_process.held
