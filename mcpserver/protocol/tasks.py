"""The extension ``io.modelcontextprotocol/tasks`` (SEP-2663): params in, results out.

A call of a tool may be answered by a task, whose result is fetched later. The experimental tasks of 2025-11-25 are another
protocol, and are not served: there, a ``task`` parameter is ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mcpserver.protocol.asked import Asked
from mcpserver.protocol.errors import InvalidParams, MissingClientCapability, RequestId
from mcpserver.protocol.results import complete
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import Revision

EXTENSION = "io.modelcontextprotocol/tasks"
STATUS_NOTIFICATION = "notifications/tasks"

WORKING = "working"
INPUT_REQUIRED = "input_required"
COMPLETED = "completed"
FAILED = "failed"
CANCELLED = "cancelled"

# What a task may still leave; the others are final.
OPEN = (WORKING, INPUT_REQUIRED)

MAX_TASK_ID_CHARACTERS = 128


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task at one moment. ``input_requests`` are the unanswered ones by key; ``result`` and ``error`` are the call's own.

    A task lives for ``ttl_ms`` from its creation.
    """

    task_id: str
    status: str
    created_at: datetime
    last_updated_at: datetime
    ttl_ms: int
    poll_interval_ms: int
    status_message: str = ""
    input_requests: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class GetTask:
    """Tell what has become of a task."""

    request_id: RequestId
    revision: Revision
    task_id: str


@dataclass(frozen=True, slots=True)
class UpdateTask:
    """Hand a task the client's answers."""

    request_id: RequestId
    revision: Revision
    task_id: str
    input_responses: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CancelTask:
    """Stop a task."""

    request_id: RequestId
    revision: Revision
    task_id: str


def may_answer_with_task(asked: Asked, revision: Revision) -> bool:
    """Return whether the call may be answered by a task."""
    return revision.extensions and declares_extension(asked)


def declares_extension(asked: Asked) -> bool:
    """Return whether this request declared the extension (SEP-2663, Capability Negotiation). What others said counts not."""
    extensions = asked.capabilities.get("extensions")
    return isinstance(extensions, dict) and isinstance(extensions.get(EXTENSION), dict)


def check_declared(asked: Asked) -> None:
    """Refuse a request that did not declare the extension.

    Raises:
        MissingClientCapability: it did not.
    """
    if not declares_extension(asked):
        raise extension_missing()


def extension_missing() -> MissingClientCapability:
    """Return the error for a request that needs the extension and did not declare it."""
    return MissingClientCapability({"extensions": {EXTENSION: {}}})


def parse_task_id(params: Mapping[str, Any]) -> str:
    """Return the task's id.

    Raises:
        InvalidParams: it is no string. One that cannot be ours names no task.
    """
    task_id = params.get("taskId")
    if not isinstance(task_id, str):
        raise InvalidParams('"taskId" must be a string.')
    if not is_possible_id(task_id):
        raise unknown_task()
    return task_id


def is_possible_id(task_id: str) -> bool:
    """Return whether a task may be called so. A NUL is more than PostgreSQL lets a statement ask for."""
    return len(task_id) <= MAX_TASK_ID_CHARACTERS and "\0" not in task_id


def parse_input_responses(params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the client's answers by key. Which of them are waited for is not known here.

    Raises:
        InvalidParams: ``inputResponses`` is no object, or an answer in it is none.
    """
    responses = params.get("inputResponses")
    if not isinstance(responses, dict) or not all(isinstance(each, dict) for each in responses.values()):
        raise InvalidParams('"inputResponses" must be an object of objects.')
    return responses


def unknown_task() -> InvalidParams:
    """Return the error for a task that is not there, has expired, or is somebody else's: these are not told apart."""
    return InvalidParams("Unknown task.")


def created_result(state: TaskState, revision: Revision, server: Server) -> bytes:
    """Return the answer to a call that goes on as a task: flat, without requests, result or error (SEP-2663, Task Creation)."""
    return complete({"resultType": "task", **_seed(state)}, revision, server)


def get_result(state: TaskState, revision: Revision, server: Server) -> bytes:
    """Return the answer to ``tasks/get`` (SEP-2663, Task Polling)."""
    return complete(detailed(state), revision, server)


def acknowledgement(revision: Revision, server: Server) -> bytes:
    """Return the answer to ``tasks/update`` and ``tasks/cancel``: nothing but that it arrived."""
    return complete({}, revision, server)


def detailed(state: TaskState) -> dict[str, Any]:
    """Return the whole task, as ``tasks/get`` and ``notifications/tasks`` tell it (SEP-2663, Task Status Notifications):

    {"taskId": "…", "status": "completed", "createdAt": "…Z", "lastUpdatedAt": "…Z", "ttlMs": 3600000, …, "result": {…}}
    """
    told = _seed(state)
    if state.status == INPUT_REQUIRED:
        told["inputRequests"] = dict(state.input_requests)
    elif state.status == COMPLETED:
        told["result"] = dict(state.result or {})
    elif state.status == FAILED:
        told["error"] = dict(state.error or {})
    return told


def _seed(state: TaskState) -> dict[str, Any]:
    told: dict[str, Any] = {
        "taskId": state.task_id,
        "status": state.status,
        "createdAt": _iso_8601(state.created_at),
        "lastUpdatedAt": _iso_8601(state.last_updated_at),
        "ttlMs": state.ttl_ms,
        "pollIntervalMs": state.poll_interval_ms,
    }
    if state.status_message:
        told["statusMessage"] = state.status_message
    return told


def _iso_8601(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
