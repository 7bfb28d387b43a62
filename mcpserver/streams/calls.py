"""What runs for the requests of transport sessions, so that a client can take a request back from any process.

A request runs in the task that its HTTP request came with: being known here costs it no task of its own.
"""

import asyncio
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


# By session key and request id. A client that uses an id twice can take back the later request alone.
_running: dict[tuple[str, RequestId], _Running] = {}
_listening: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


async def cancellable(session_key: str, request_id: RequestId, work: Coroutine[Any, Any, SingleOutcome]) -> SingleOutcome:
    """Return what ``work`` returns, or ``Cancelled`` if the client took the request back, or its session ended.

    The work meets that as ``asyncio.CancelledError``.
    """
    _listen()
    running = _Running(cast("asyncio.Task[Any]", asyncio.current_task()))
    _running[session_key, request_id] = running
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
        if _running.get((session_key, request_id)) is running:
            del _running[session_key, request_id]
    if running.is_cancelled:
        # It swallowed the cancellation and has a result after all, which nobody waits for.
        running.task.uncancel()
        return Cancelled()
    return outcome


async def cancel(session_key: str, request_id: RequestId) -> None:
    """Stop a session's request, in whichever process it runs; nothing happens if none of that id runs.

    It has stopped some time after this returns.
    """
    running = _running.get((session_key, request_id))
    if running is not None:
        running.cancel()
    else:
        await bus.publish(NOTE, "", {"session": session_key, "id": request_id})


def _listen() -> None:
    loop = asyncio.get_running_loop()
    if loop not in _listening:
        _listening.add(loop)
        bus.subscribe(NOTE, "", _hear)


def _hear(payload: dict[str, Any]) -> None:
    running = _running.get((payload["session"], payload["id"]))
    if running is not None:
        running.cancel()
