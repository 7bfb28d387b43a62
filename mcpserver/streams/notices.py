"""What has changed, told to the streams that asked for it, in every process.

A change becomes a note; each process reads it and tells its listeners. Many changes of one kind that come together are told
once: a client reads the list anew, and once is enough.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcpserver.protocol.subscriptions import LIST_CHANGED, RESOURCE_UPDATED
from mcpserver.streams import bus
from tools import changes

NOTE = "notice"
# A change waits so long for others of its kind, and the next one so long after one that was told.
SETTLE_SECONDS = 0.02
APART_SECONDS = 0.1

logger = logging.getLogger(__name__)

# ``deliver(method, params)``, on the event loop; must not wait.
Deliver = Callable[[str, Mapping[str, Any]], None]
# A method and, for a resource, its URI.
Key = tuple[str, str]


@dataclass(eq=False, slots=True)
class Listener:
    """One stream's ear. ``keys`` change through ``Notices`` alone."""

    github_id: int
    deliver: Deliver
    keys: set[Key] = field(default_factory=set)


class Notices:
    """The listeners of one process, by what they want to hear."""

    def __init__(self) -> None:
        self._by_key: dict[Key, dict[Listener, None]] = {}
        self._due: set[tuple[Key, int | None]] = set()
        self._told_at: dict[tuple[Key, int | None], float] = {}
        self._unsubscribe: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def add(self, listener: Listener, keys: Iterable[Key]) -> None:
        """Tell ``listener`` of these from now on; what is announced after this has returned is not missed."""
        self.want(listener, keys)
        await bus.ready()

    def want(self, listener: Listener, keys: Iterable[Key]) -> None:
        """Tell ``listener`` of these as well."""
        for key in keys:
            listener.keys.add(key)
            self._by_key.setdefault(key, {})[listener] = None
        loop = asyncio.get_running_loop()
        if self._by_key and (self._unsubscribe is None or self._loop is not loop):
            self._loop = loop
            self._unsubscribe = bus.subscribe(NOTE, "", self._hear)

    def unwant(self, listener: Listener, keys: Collection[Key]) -> None:
        """Tell ``listener`` of these no longer."""
        for key in tuple(keys):
            listener.keys.discard(key)
            listeners = self._by_key.get(key, {})
            listeners.pop(listener, None)
            if not listeners:
                self._by_key.pop(key, None)
        if not self._by_key and self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def remove(self, listener: Listener) -> None:
        """Forget a listener."""
        self.unwant(listener, listener.keys)

    def _hear(self, payload: dict[str, Any]) -> None:
        if wait := payload.get("wait_seconds"):
            asyncio.get_running_loop().call_later(wait, self._hear, {**payload, "wait_seconds": 0})
            return
        method, params = payload["method"], payload["params"]
        change = ((method, params.get("uri", "")), payload["github_id"])
        if change[0] not in self._by_key or change in self._due:
            return
        self._due.add(change)
        loop = asyncio.get_running_loop()
        earliest = self._told_at.get(change, 0.0) + APART_SECONDS
        loop.call_at(max(loop.time() + SETTLE_SECONDS, earliest), self._tell, change, params)

    def _tell(self, change: tuple[Key, int | None], params: Mapping[str, Any]) -> None:
        self._due.discard(change)
        now = asyncio.get_running_loop().time()
        self._told_at = {known: at for known, at in self._told_at.items() if at > now - APART_SECONDS}
        self._told_at[change] = now
        key, github_id = change
        for listener in tuple(self._by_key.get(key, ())):
            if github_id is None or github_id == listener.github_id:
                listener.deliver(key[0], params)


notices = Notices()


def announce(method: str, params: Mapping[str, Any], github_id: int | None = None, *, wait_seconds: float = 0) -> None:
    """Tell every process that something has changed; ``github_id``: whom it is about, None for everybody who asked.

    ``wait_seconds``: how long it may take until every process answers accordingly; listeners are told after that.

    From a thread it is written now, with the transaction if there is one; from an event loop, as soon as possible.
    """
    payload = {"method": method, "params": dict(params), "github_id": github_id, "wait_seconds": wait_seconds}
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        bus.publish_sync(NOTE, "", payload)
        return
    task = loop.create_task(bus.publish(NOTE, "", payload))
    _announcing.add(task)
    task.add_done_callback(_announced)


_announcing: set[asyncio.Task[None]] = set()


def _announced(task: asyncio.Task[None]) -> None:
    _announcing.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("a change could not be announced: %s", type(error).__name__)


def connect() -> None:
    """Listen to what ``tools`` says has changed. Called once, when the project starts."""
    changes.tools_changed.connect(_tools_changed)
    changes.prompts_changed.connect(_prompts_changed)
    changes.resources_changed.connect(_resources_changed)
    changes.resource_updated.connect(_resource_updated)


def announce_lists_changed(*, wait_seconds: float) -> None:
    """Tell that other tools, resources and prompts may be used than before."""
    for method in LIST_CHANGED.values():
        announce(method, {}, wait_seconds=wait_seconds)


def _tools_changed(**_: object) -> None:
    announce(LIST_CHANGED["toolsListChanged"], {})


def _prompts_changed(**_: object) -> None:
    announce(LIST_CHANGED["promptsListChanged"], {})


def _resources_changed(**_: object) -> None:
    announce(LIST_CHANGED["resourcesListChanged"], {})


def _resource_updated(*, uri: str, github_id: int | None = None, **_: object) -> None:
    announce(RESOURCE_UPDATED, {"uri": uri}, github_id)
