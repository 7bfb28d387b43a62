"""Transport sessions: the rows behind ``Mcp-Session-Id`` and behind a stream of HTTP+SSE.

A session belongs to a person and the client that they signed in through, not to one sign-in: a client that had to ask for
another scope goes on where it was (MCP 2025-11-25 security best practices, Session Hijacking: each request is authorized by its
token, whatever it names). A process that serves alone remembers sessions; every process is told by a note when one has changed
or ended.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from django.conf import settings

from mcpserver import database
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Revision
from mcpserver.streams import bus, session_rows
from oauth_bridge.principals import Principal
from oauth_bridge.protocol import tokens

NOTE = "session"
# Without a note that it changed, a session is read again after so long.
REMEMBER_SECONDS = 30.0
MAX_REMEMBERED = 10_000
# Ends that were heard of: who found a session a moment before, and watches it a moment after, is told all the same.
MAX_ENDS = 10_000
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Known:
    session: TransportSession
    owner: tuple[int, str]
    is_over_sse: bool
    since: float


class Sessions:
    """The sessions that this process remembers, and who wants to hear of their end."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._changes = 0
        # Keys, oldest first. One is never given twice.
        self._ended: dict[str, None] = {}
        self._watching: dict[str, list[Callable[[], None]]] = {}
        self._listening: WeakSet[asyncio.AbstractEventLoop] = WeakSet()

    async def open_session(
        self,
        principal: Principal,
        revision: Revision,
        capabilities: Mapping[str, Any],
        client_info: Mapping[str, Any],
        *,
        is_over_sse: bool = False,
    ) -> str:
        """Write a new session and return its id: 256 random bits in visible ASCII. The row holds its hash alone.

        One sign-in has ``session_rows.MAX_PER_SIGN_IN`` sessions at most: the one unused for longest ends for another.
        """
        session_id = secrets.token_urlsafe(32)
        ended = await database.run(
            session_rows.write,
            tokens.checksum(session_id),
            principal.session_id,
            revision.name,
            dict(capabilities),
            dict(client_info),
            is_over_sse=is_over_sse,
        )
        for key in ended:
            await self._tell(key, has_ended=True)
        return session_id

    async def find(self, session_id: str, principal: Principal, *, is_over_sse: bool = False) -> TransportSession | None:
        """Return the caller's session of that id; None if it is unknown or ended, another's, or of the other transport.

        ``TransportSession.id`` is the row's key, which is good for nothing outside: not the id that the client sends.
        """
        key = tokens.checksum(session_id)
        # Beside other processes memory is never quite up to date, and a client that ends a session or sets a level through one
        # of them finds that done at the next: its note takes milliseconds, and its next request may take fewer.
        known = None if settings.REDIS_URL else self._known.get(key)
        if known is None or asyncio.get_running_loop().time() - known.since > REMEMBER_SECONDS:
            known = await self._read(key)
        owner = (principal.person_id, principal.client_id)
        if known is None or known.owner != owner or known.is_over_sse is not is_over_sse:
            return None
        return known.session

    async def end(self, key: str) -> None:
        """End a session in every process: what runs in it is cancelled, its streams are closed."""
        await database.run(session_rows.delete, key)
        await self._tell(key, has_ended=True)

    async def set_log_level(self, key: str, log_level: str) -> None:
        """Keep the level of log messages that the client asked for."""
        await database.run(session_rows.change, key, log_level=log_level)
        await self._tell(key)

    async def settle(
        self, key: str, revision: Revision, capabilities: Mapping[str, Any], client_info: Mapping[str, Any]
    ) -> None:
        """Keep what ``initialize`` settled in a session that was there before it, as HTTP+SSE has them."""
        values = {"revision": revision.name, "capabilities": dict(capabilities), "client_info": dict(client_info)}
        await database.run(session_rows.change, key, **values)
        await self._tell(key)

    def watch(self, key: str, ended: Callable[[], None]) -> Callable[[], None]:
        """Call ``ended`` on this event loop when the session ends, until the returned function is called.

        At once if it has ended since it was found: in between a body may be read, or another thread be slow.
        """
        watching = self._watching.setdefault(key, [])
        watching.append(ended)
        if key in self._ended:
            ended()

        def unwatch() -> None:
            if ended in watching:
                watching.remove(ended)
            if not watching and self._watching.get(key) is watching:
                del self._watching[key]

        return unwatch

    async def _read(self, key: str) -> _Known | None:
        await self._listen()
        changes, now = self._changes, asyncio.get_running_loop().time()
        row = await database.run(session_rows.read, key)
        known = None
        if row is not None:
            session = TransportSession(key, row.revision, row.capabilities, row.log_level)
            known = _Known(session, (row.person_id, row.client_id), row.is_over_sse, now)
        # What was read before a change must not be remembered after it.
        if changes == self._changes:
            self._remember(key, known)
        return known

    def _remember(self, key: str, known: _Known | None) -> None:
        self._known.pop(key, None)
        if known is None:
            return
        self._known[key] = known
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        if loop not in self._listening:
            self._listening.add(loop)
            bus.subscribe(NOTE, "", self._hear)
        # A database that does not answer is met by the statement that follows.
        with suppress(TimeoutError):
            await asyncio.wait_for(bus.ready(), _PATIENCE_SECONDS)

    async def _tell(self, key: str, *, has_ended: bool = False) -> None:
        # Here at once: the caller's next request must not find what it has just ended.
        self._forget(key)
        await bus.publish(NOTE, "", {"key": key, "has_ended": has_ended})

    def _hear(self, payload: dict[str, Any]) -> None:
        key = payload["key"]
        self._forget(key)
        if payload["has_ended"]:
            self._ended[key] = None
            if len(self._ended) > MAX_ENDS:
                del self._ended[next(iter(self._ended))]
            for ended in tuple(self._watching.get(key, ())):
                ended()

    def _forget(self, key: str) -> None:
        self._changes += 1
        self._known.pop(key, None)


_of_this_process = Sessions()
open_session = _of_this_process.open_session
find = _of_this_process.find
end = _of_this_process.end
set_log_level = _of_this_process.set_log_level
settle = _of_this_process.settle
watch = _of_this_process.watch
