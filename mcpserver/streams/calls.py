"""What runs for the requests of transport sessions, so that a client can take a request back from any process.

A request runs in the task that its HTTP request came with: being known here costs it no task of its own.
"""

import asyncio
import hashlib
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakSet

from mcpserver.protocol.errors import RequestId
from mcpserver.protocol.exchange import Cancelled, SingleOutcome
from mcpserver.streams import bus, sessions

NOTE = "cancel"


@dataclass(eq=False, slots=True)
class _Running:
    task: "asyncio.Task[Any]"
    is_cancelled: bool = False

    def cancel(self) -> None:
        """Stop it, once."""
        if not self.is_cancelled:
            self.is_cancelled = True
            self.task.cancel()


# By session key and the request's ``_mark``. A client that uses an id twice can take back the later request alone.
_running: dict[tuple[str, str], _Running] = {}
_listening: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


async def cancellable(session_key: str, request_id: RequestId, work: Coroutine[Any, Any, SingleOutcome]) -> SingleOutcome:
    """Return what ``work`` returns, or ``Cancelled`` if the client took the request back, or its session ended.

    The work meets that as ``asyncio.CancelledError``.
    """
    _listen()
    running = _Running(cast("asyncio.Task[Any]", asyncio.current_task()))
    key = (session_key, _mark(request_id))
    _running[key] = running
    unwatch = sessions.watch(session_key, running.cancel)
    try:
        outcome = await work
    except asyncio.CancelledError:
        if not running.is_cancelled or running.task.uncancel() > 0:
            # The process ends, or the client left: not ours to answer.
            raise
        return Cancelled()
    finally:
        unwatch()
        if _running.get(key) is running:
            del _running[key]
    if running.is_cancelled:
        # It swallowed the cancellation and has a result after all, which nobody waits for.
        running.task.uncancel()
        return Cancelled()
    return outcome


async def cancel(session_key: str, request_id: RequestId) -> None:
    """Stop a session's request, in whichever process it runs; nothing happens if none of that id runs.

    It has stopped some time after this returns.
    """
    mark = _mark(request_id)
    running = _running.get((session_key, mark))
    if running is not None:
        running.cancel()
    else:
        await bus.publish(NOTE, "", {"session": session_key, "request": mark})


def _mark(request_id: RequestId) -> str:
    """Return what stands for a request id in a note: every process reads those, and a client's id may be a megabyte, or hold
    a NUL. ``1`` and ``"1"`` are two ids."""
    return hashlib.sha256(f"{type(request_id).__name__} {request_id}".encode()).hexdigest()


def _listen() -> None:
    loop = asyncio.get_running_loop()
    if loop not in _listening:
        _listening.add(loop)
        bus.subscribe(NOTE, "", _hear)


def _hear(payload: dict[str, Any]) -> None:
    running = _running.get((payload["session"], payload["request"]))
    if running is not None:
        running.cancel()
