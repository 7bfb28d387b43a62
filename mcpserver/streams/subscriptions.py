"""What a stream is told of: the filter of ``subscriptions/listen``, or what a transport session subscribed to.

async with session_notices(session.id, principal, deliver):
    await stream.hold(receive)
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction

from mcpserver import database
from mcpserver.models import ResourceSubscription, TransportSession
from mcpserver.protocol.subscriptions import LIST_CHANGED, MAX_WATCHED, RESOURCE_UPDATED
from mcpserver.streams import bus
from mcpserver.streams.notices import Deliver, Listener, notices
from oauth_bridge.principals import Principal

if TYPE_CHECKING:
    from mcpserver.dispatch.call import Call
    from mcpserver.protocol.asked import Asked

NOTE = "subscription"

# Something besides lists and resources that a filter may ask for, by its member: ``await source(wanted, call, asked, notify)``
# returns what is honoured and what ends it. What it notifies of is told behind the acknowledgement.
Started = tuple[list[str], Callable[[], None]]
Source = Callable[[list[str], "Call", "Asked", Deliver], Awaitable[Started]]
SOURCES: dict[str, Source] = {}


class TooManyWatched(Exception):
    """The transport session watches ``MAX_WATCHED`` resources already, or has ended."""


@asynccontextmanager
async def session_notices(session_key: str, principal: Principal, deliver: Deliver) -> AsyncIterator[None]:
    """Within the block, tell the one stream of a transport session of every list, and of the resources it subscribed to."""
    listener = Listener(principal.github_id, deliver)
    # What is heard while the rows are read is newer than they are.
    heard_of: set[str] = set()

    def heard(payload: Mapping[str, Any]) -> None:
        heard_of.add(payload["uri"])
        change = notices.want if payload["is_wanted"] else notices.unwant
        change(listener, {(RESOURCE_UPDATED, payload["uri"])})

    unsubscribe = bus.subscribe(NOTE, session_key, heard)
    try:
        await notices.add(listener, {(method, "") for method in LIST_CHANGED.values()})
        watched = await database.run(_watched, session_key)
        notices.want(listener, {(RESOURCE_UPDATED, uri) for uri in watched if uri not in heard_of})
        yield
    finally:
        unsubscribe()
        notices.remove(listener)


async def subscribe(session_key: str, uri: str) -> None:
    """Let a transport session hear of a resource's changes, wherever its stream is.

    Raises:
        TooManyWatched: it may not watch more.
    """
    await database.run(_write, session_key, uri)
    await bus.publish(NOTE, session_key, {"uri": uri, "is_wanted": True})


async def unsubscribe(session_key: str, uri: str) -> None:
    """Let a transport session hear of a resource's changes no longer."""
    await database.run(ResourceSubscription.objects.filter(session_id=session_key, uri=uri).delete)
    await bus.publish(NOTE, session_key, {"uri": uri, "is_wanted": False})


def _watched(session_key: str) -> list[str]:
    return list(ResourceSubscription.objects.filter(session_id=session_key).values_list("uri", flat=True))


def _write(session_key: str, uri: str) -> None:
    with transaction.atomic():
        # Locked, so that two at once cannot both be the last one that is allowed.
        if TransportSession.objects.select_for_update(no_key=True).filter(pk=session_key).first() is None:
            raise TooManyWatched
        watched = _watched(session_key)
        if uri in watched:
            return
        if len(watched) >= MAX_WATCHED:
            raise TooManyWatched
        ResourceSubscription.objects.create(session_id=session_key, uri=uri)
