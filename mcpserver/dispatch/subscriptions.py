"""``subscriptions/listen`` of the stateless era, ``resources/subscribe`` and ``resources/unsubscribe`` of the one before."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from mcpserver import bearer
from mcpserver.dispatch import rights
from mcpserver.dispatch.call import Call
from mcpserver.protocol import jsonrpc, resources
from mcpserver.protocol import subscriptions as messages
from mcpserver.protocol.errors import InvalidParams, InvalidRequest, NotAcceptable
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.results import complete
from mcpserver.protocol.subscriptions import Filter, Listen, Subscribe
from mcpserver.streams import subscriptions
from mcpserver.streams.hub import Ending, hub
from mcpserver.streams.notices import Key, Listener, notices
from mcpserver.streams.sse import EventStream
from oauth_bridge.principals import Principal
from tools.catalog import CATALOG
from tools.context import Person
from tools.resources import Resource

# Open subscriptions of one sign-in, and of one person, in one process.
MAX_PER_SIGN_IN = 50
MAX_PER_PERSON = 200

_open: Counter[str] = Counter()


async def listen(step: Listen, call: Call) -> SingleOutcome:
    """Serve a subscription until the client leaves, the process ends, or the caller's rights do.

    Raises:
        ProtocolError: decided before the stream begins: no event stream is taken, or there are too many.
    """
    if not call.outgoing.takes_notifications:
        raise NotAcceptable("A subscription is answered by an event stream: accept text/event-stream.")
    principal = call.principal
    owners = (f"sign-in {principal.session_id}", f"person {principal.person_id}")
    if any(_open[owner] >= most for owner, most in zip(owners, (MAX_PER_SIGN_IN, MAX_PER_PERSON), strict=True)):
        raise messages.TooManySubscriptions("This sign-in has too many open subscriptions. End one first.")
    _open.update(owners)
    try:
        await _Subscription(step, call).serve()
    finally:
        _open.subtract(owners)
        for owner in owners:
            if not _open[owner]:
                del _open[owner]
    # Its stream has ended by now, and with it went the result if there was anybody to hear it.
    return messages.ended(step.request_id, step.revision, call.server)


class _Subscription:
    """One subscription. Its stream is opened last, when everything else is known to be right."""

    def __init__(self, step: Listen, call: Call) -> None:
        self._step, self._call = step, call
        self._listener = Listener(call.principal.github_id, self._deliver)
        self._stops: list[Callable[[], None]] = []
        self._stream: EventStream | None = None
        self._held_back: list[tuple[str, Mapping[str, Any]]] = []

    async def serve(self) -> None:
        """Acknowledge, and tell of what happens until the stream ends."""
        try:
            honoured = await self._begin()
            stream = await self._call.outgoing.stream()
            stream.offer(messages.acknowledged(honoured, self._step.request_id))
            self._stream = stream
            for method, params in self._held_back:
                self._deliver(method, params)
            self._held_back.clear()
            hub.add(stream, principal=self._call.principal, on_end=self._end)
            try:
                await stream.wait_closed()
            finally:
                hub.remove(stream)
        finally:
            notices.remove(self._listener)
            for stop in self._stops:
                stop()

    async def _begin(self) -> Filter:
        """Start to listen, and return what can be heard."""
        asked_for = self._step.filter
        watched: dict[str, list[str]] = {}
        keys: set[Key] = {(messages.LIST_CHANGED[name], "") for name in asked_for.lists}
        for member, names in asked_for.watched.items():
            if member == messages.RESOURCES:
                watched[member] = [uri for uri in names if _may_watch(uri, self._call.principal)]
                keys.update((messages.RESOURCE_UPDATED, uri) for uri in watched[member])
            elif member in subscriptions.SOURCES:
                start = subscriptions.SOURCES[member]
                watched[member], stop = await start(list(names), self._call, self._step.asked, self._deliver)
                self._stops.append(stop)
        await notices.add(self._listener, keys)
        return asked_for.honouring(watched)

    def _deliver(self, method: str, params: Mapping[str, Any]) -> None:
        if self._stream is None:
            self._held_back.append((method, params))
        elif method != messages.RESOURCE_UPDATED or _may_watch(params["uri"], self._call.principal):
            self._stream.offer(messages.notification(method, params, self._step.request_id))

    def _end(self, ending: Ending) -> None:
        # Whoever has lost the right to listen is told nothing more.
        if ending is Ending.DRAIN and self._stream is not None:
            step = self._step
            self._stream.offer(messages.cancelled(step.request_id))
            result = messages.ended(step.request_id, step.revision, self._call.server)
            self._stream.offer(jsonrpc.encode_result(step.request_id, result))


async def subscribe(step: Subscribe, call: Call) -> SingleOutcome:
    """Carry out ``resources/subscribe`` or ``resources/unsubscribe``.

    Raises:
        ProtocolError: there is no transport session, no such resource for this person, or no room for more.
        BearerError: the token lacks a scope that reading it needs.
    """
    if call.session is None:
        raise InvalidRequest("Subscriptions need a session: send the Mcp-Session-Id that initialize gave.")
    if not step.is_wanted:
        await subscriptions.unsubscribe(call.session.id, step.uri)
        return complete({}, step.revision, call.server)
    resource = _readable(step.uri, call.principal)
    if resource is None:
        raise resources.not_found(step.uri, step.revision)
    if missing := resource.scopes - call.principal.scopes:
        raise bearer.insufficient_scope(missing, call.principal.scopes)
    if not resource.subscribable:
        raise InvalidParams("This resource does not tell of its changes.")
    try:
        await subscriptions.subscribe(call.session.id, step.uri)
    except subscriptions.TooManyWatched:
        raise InvalidParams(f"A session may subscribe to {messages.MAX_WATCHED} resources.") from None
    return complete({}, step.revision, call.server)


def _readable(uri: str, principal: Principal) -> Resource | None:
    """Return the resource of that URI if it exists for that person, whatever the token's scopes."""
    found = CATALOG.resource(uri)
    if found is None or rights.refusal(found[0], principal):
        return None
    if not found[0].may_read(Person(principal.github_id, principal.login), found[1]):
        return None
    return found[0]


def _may_watch(uri: str, principal: Principal) -> bool:
    resource = _readable(uri, principal)
    return resource is not None and resource.subscribable and resource.scopes <= principal.scopes
