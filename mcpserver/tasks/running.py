"""The work behind tasks, in the process that took the call: started, kept alive by heartbeats, stopped, its outcome stored."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from django.db import InterfaceError, OperationalError

from mcpserver import database
from mcpserver.protocol.errors import InternalError, ProtocolError
from mcpserver.serving import drain
from mcpserver.streams import bus
from mcpserver.tasks import store
from wire import request_id

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 2.0
# Within the grace that a server gives its requests (``serving.running``).
GRACE_SECONDS = 8.0
# For stopping, and for writing down that it was stopped: a busy database must not leave that to the lease.
_CANCEL_SECONDS = 4.0
_RETRY_SECONDS = (0.2, 1.0, 4.0)
_STOPPED = {"code": InternalError.code, "message": "The server was stopped while the task ran. Call the tool again."}

# A call's result as JSON, or the error that answers it.
Outcome = bytes | ProtocolError


@dataclass(frozen=True, slots=True)
class _Job:
    """``work`` is the call itself; ``keeper`` stores what it gives."""

    work: asyncio.Task[Outcome]
    keeper: asyncio.Task[None]
    wake: Callable[[], None]


class Jobs:
    """The tasks that run in one event loop. They end by themselves when the process drains."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}
        self._look_now = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    @property
    def count(self) -> int:
        """Return how many run."""
        return len(self._jobs)

    def adopt(self, task_id: str, work: asyncio.Task[Outcome], wake: Callable[[], None]) -> None:
        """See a call through that has become a task. ``wake`` is called when the client may have answered it."""
        unsubscribe = bus.subscribe(store.NOTE, task_id, self._on_note)
        keeper = asyncio.get_running_loop().create_task(self._keep(task_id, work))
        self._jobs[task_id] = _Job(work, keeper, wake)

        def forget(_: object) -> None:
            unsubscribe()
            del self._jobs[task_id]
            self._look_now.set()

        keeper.add_done_callback(forget)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.get_running_loop().create_task(self._look_after())
            drain.hold(self._watch)

    def _on_note(self, payload: dict[str, Any]) -> None:
        if payload["by_client"]:
            self._look_now.set()

    async def _look_after(self) -> None:
        drained = asyncio.ensure_future(drain.wait())
        try:
            while self._jobs and not drained.done():
                self._look_now.clear()
                await self._beat()
                looking = asyncio.ensure_future(self._look_now.wait())
                await asyncio.wait({drained, looking}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                looking.cancel()
            await self._end_all()
        finally:
            drained.cancel()

    async def _beat(self) -> None:
        """Renew the leases, stop what was ended elsewhere, and wake what was answered."""
        jobs = dict(self._jobs)
        try:
            beat = await database.run(store.beat, list(jobs))
        except (OperationalError, InterfaceError) as error:
            logger.error("the database does not answer: %s", type(error).__name__)  # noqa: TRY400  its message may name hosts
            return
        except Exception:
            # A fault here must not let the leases of all tasks lapse.
            logger.exception("tasks could not be looked after")
            return
        for task_id, job in jobs.items():
            if task_id not in beat.going_on:
                job.work.cancel()
            elif task_id in beat.answered:
                job.wake()

    async def _end_all(self) -> None:
        """The process ends: give what runs a while, then stop it."""
        for stop, seconds in ((False, GRACE_SECONDS), (True, _CANCEL_SECONDS)):
            jobs = list(self._jobs.values())
            if stop:
                for job in jobs:
                    job.work.cancel()
            if jobs:
                await asyncio.wait({job.keeper for job in jobs}, timeout=seconds)

    async def _keep(self, task_id: str, work: asyncio.Task[Outcome]) -> None:
        await asyncio.wait({work})
        store_outcome = _storing(task_id, work)
        for seconds in (*_RETRY_SECONDS, None):
            try:
                await database.run(store_outcome)
            except (OperationalError, InterfaceError) as error:
                logger.error("the database does not answer: %s", type(error).__name__)  # noqa: TRY400  it may name hosts
            else:
                return
            if seconds is not None:
                await asyncio.sleep(seconds)


def _storing(task_id: str, work: asyncio.Task[Outcome]) -> Callable[[], bool]:
    """Return what stores the call's outcome. A task that was ended elsewhere stays as it is: the row decides."""
    if work.cancelled():
        error = _STOPPED if drain.has_begun() else InternalError(request_id.current.get()).body()
        return lambda: store.fail(task_id, error)
    fault = work.exception()
    if fault is not None:
        logger.error("a task failed", exc_info=fault)
        body = InternalError(request_id.current.get()).body()
        return lambda: store.fail(task_id, body)
    outcome = work.result()
    if isinstance(outcome, ProtocolError):
        body = outcome.body()
        return lambda: store.fail(task_id, body)
    return lambda: store.complete(task_id, outcome)


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Jobs] = WeakKeyDictionary()


def jobs() -> Jobs:
    """Return the tasks of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _of_loop.get(loop)
    if found is None:
        found = _of_loop[loop] = Jobs()
    return found
