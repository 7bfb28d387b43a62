"""What ``subscriptions/listen`` needs for its ``taskIds`` (SEP-2663, Task Status Notifications)."""

from collections.abc import Callable, Collection
from typing import Any

from mcpserver import database
from mcpserver.protocol import tasks as messages
from mcpserver.streams import bus
from mcpserver.tasks import store
from oauth_bridge.principals import Principal

METHOD = messages.STATUS_NOTIFICATION


async def readable(task_ids: Collection[str], principal: Principal) -> list[str]:
    """Return those of the tasks whose changes this caller may hear of."""
    return await database.run(store.readable_ids, task_ids, principal) if task_ids else []


def subscribe(task_id: str, on_change: Callable[[], None]) -> Callable[[], None]:
    """Call ``on_change``, on this event loop, whenever the task changes, until the returned function is called."""
    return bus.subscribe(store.NOTE, task_id, lambda _: on_change())


async def params(task_id: str, principal: Principal) -> dict[str, Any] | None:
    """Return the notification's params: the whole task as it is now. None if the caller may see it no longer."""
    state = await database.run(store.find, task_id, principal)
    return None if state is None else messages.detailed(state)
