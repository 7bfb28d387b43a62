"""What a client asks to hear of, and the messages that tell it: ``subscriptions/listen`` (MCP 2026-07-28
basic/patterns/subscriptions) and ``resources/subscribe`` before that (MCP 2025-11-25 server/resources, Subscriptions)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mcpserver.protocol import resources
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.errors import InvalidParams, InvalidRequest, RequestId
from mcpserver.protocol.results import SERVER_INFO_KEY
from mcpserver.protocol.server import Features, Server, implementation
from mcpserver.protocol.versions import Revision
from wire import strict_json

SUBSCRIPTION_ID_KEY = "io.modelcontextprotocol/subscriptionId"
ACKNOWLEDGED = "notifications/subscriptions/acknowledged"
CANCELLED = "notifications/cancelled"
RESOURCE_UPDATED = "notifications/resources/updated"

# The members of the filter that ask for a list's changes, and what is sent then.
LIST_CHANGED = {
    "toolsListChanged": "notifications/tools/list_changed",
    "promptsListChanged": "notifications/prompts/list_changed",
    "resourcesListChanged": "notifications/resources/list_changed",
}
# The members that list what is watched. Each list is bounded, and so is the length of what is in it.
RESOURCES = "resourceSubscriptions"
TASKS = "taskIds"
MAX_WATCHED = 100
MAX_NAME_CHARACTERS = 2048


class TooManySubscriptions(InvalidRequest):
    """The sign-in has as many open streams as it may have. An HTTP status that clients know to wait after."""

    status = 429


@dataclass(frozen=True, slots=True)
class Filter:
    """What is to be heard: members of ``LIST_CHANGED``, and by member what is watched."""

    lists: frozenset[str]
    watched: Mapping[str, tuple[str, ...]]

    def wire(self) -> dict[str, Any]:
        """Return the filter as the acknowledgement has it, with nothing in it that is not honoured."""
        lists = {name: True for name in LIST_CHANGED if name in self.lists}
        return lists | {name: list(names) for name, names in self.watched.items()}

    def honouring(self, watched: Mapping[str, Sequence[str]]) -> "Filter":
        """Return the filter with another set of what is watched; an empty list stays where a list was asked for."""
        return replace(self, watched={name: tuple(watched.get(name, ())) for name in self.watched if name in watched})


@dataclass(frozen=True, slots=True)
class Listen:
    """Open a stream of what the filter asks for."""

    request_id: RequestId
    revision: Revision
    filter: Filter
    asked: Asked


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Tell the transport session of a resource's changes from now on, or no longer."""

    request_id: RequestId
    revision: Revision
    uri: str
    is_wanted: bool


def parse_filter(params: Mapping[str, Any], features: Features) -> Filter:
    """Return what is asked for and can be had here. Unknown members are left out, as the acknowledgement shows.

    Raises:
        InvalidParams: ``notifications`` is no object, or a member that is known has another type or is too long.
    """
    given = params.get("notifications")
    if not isinstance(given, dict):
        raise InvalidParams('"notifications" must be an object.')
    offered = dict(zip(LIST_CHANGED, (features.tools, features.prompts, features.resources), strict=True))
    lists = frozenset(name for name in LIST_CHANGED if _is_true(given, name) and offered[name])
    return Filter(lists, {name: _names(given[name], name) for name in (RESOURCES, TASKS) if name in given})


def parse_uri(params: Mapping[str, Any]) -> str:
    """Return the URI that a subscription names.

    Raises:
        InvalidParams: it is no string, empty, or cannot be kept: too long, or with a NUL.
    """
    uri = resources.parse_uri(params)
    if len(uri) > MAX_NAME_CHARACTERS:
        raise InvalidParams(f'"uri" may have {MAX_NAME_CHARACTERS} characters.')
    if "\0" in uri:
        raise InvalidParams('"uri" holds a NUL character.')
    return uri


def notification(method: str, params: Mapping[str, Any], subscription_id: RequestId | None = None) -> bytes:
    """Return a notification as JSON, with the id of the subscription that it belongs to (SB-03: of the type it came in)."""
    if subscription_id is not None:
        params = {**params, "_meta": {**params.get("_meta", {}), SUBSCRIPTION_ID_KEY: subscription_id}}
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    return strict_json.dumps({**message, "params": dict(params)} if params else message)


def acknowledged(honoured: Filter, subscription_id: RequestId) -> bytes:
    """Return the first message of a subscription."""
    return notification(ACKNOWLEDGED, {"notifications": honoured.wire()}, subscription_id)


def cancelled(subscription_id: RequestId) -> bytes:
    """Return what says that the server ends a subscription (basic/patterns/cancellation); its result follows."""
    return notification(CANCELLED, {"requestId": subscription_id, "reason": "The server is restarting."}, subscription_id)


def ended(subscription_id: RequestId, revision: Revision, server: Server) -> bytes:
    """Return the result of a subscription that the server ends, as JSON (Graceful Closure)."""
    meta = {SUBSCRIPTION_ID_KEY: subscription_id, SERVER_INFO_KEY: implementation(server, revision)}
    return strict_json.dumps({"resultType": "complete", "_meta": meta})


def _is_true(given: Mapping[str, Any], name: str) -> bool:
    if not isinstance(value := given.get(name, False), bool):
        raise InvalidParams(f'"{name}" must be true or false.')
    return value


def _names(value: Any, member: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) and 0 < len(name) <= MAX_NAME_CHARACTERS for name in value):
        raise InvalidParams(f'"{member}" must be a list of strings of at most {MAX_NAME_CHARACTERS} characters.')
    if len(value) > MAX_WATCHED:
        raise InvalidParams(f'"{member}" may hold {MAX_WATCHED} at most.')
    return tuple(dict.fromkeys(value))
