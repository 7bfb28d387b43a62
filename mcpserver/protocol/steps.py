"""What is to be done about a message, as values: ``exchange.plan`` makes them, dispatch carries them out."""

from dataclasses import dataclass
from typing import Any

from mcpserver.protocol.asked import NOTHING, Asked
from mcpserver.protocol.completion import Question
from mcpserver.protocol.errors import ProtocolError, RequestId
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Response
from mcpserver.protocol.pages import Kind
from mcpserver.protocol.subscriptions import Listen, Subscribe
from mcpserver.protocol.tasks import CancelTask, GetTask, UpdateTask
from mcpserver.protocol.versions import Revision
from wire import values


@dataclass(frozen=True, slots=True)
class Accept:
    """Nothing is to be done or answered: a notification, or a response that nobody waits for."""


@dataclass(frozen=True, slots=True)
class Initialize:
    """Open a transport session. ``result`` is the answer as JSON, ``revision`` the one that it settles."""

    request_id: RequestId
    revision: Revision
    result: bytes
    capabilities: dict[str, Any]
    client_info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resolve:
    """Hand a client's answer to whoever waits for it in the same transport session."""

    response: Response


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the request of that id in the same transport session, if it still runs."""

    target: RequestId


@dataclass(frozen=True, slots=True)
class Refuse:
    """An entry of a batch that broke a rule; its siblings are served."""

    error: ProtocolError
    revision: Revision


@dataclass(frozen=True, slots=True)
class Answer:
    """The result is known, as JSON."""

    request_id: RequestId
    result: bytes


@values.value
class ListPage:
    """List what the caller may see of a kind. ``after`` is the key of the page before's last entry, None for the first page."""

    request_id: RequestId
    revision: Revision
    kind: Kind
    after: str | None


@values.value
class CallTool:
    """Call a tool. ``headers`` are to be checked against its annotated parameters, None where the era has no such rule."""

    request_id: RequestId
    revision: Revision
    name: str
    arguments: dict[str, Any]
    headers: Headers | None
    asked: Asked = NOTHING


@dataclass(frozen=True, slots=True)
class ReadResource:
    """Read a resource. The URI may be of a template, or of nothing."""

    request_id: RequestId
    revision: Revision
    uri: str
    asked: Asked = NOTHING


@dataclass(frozen=True, slots=True)
class GetPrompt:
    """Get a prompt's messages."""

    request_id: RequestId
    revision: Revision
    name: str
    arguments: dict[str, str]
    asked: Asked = NOTHING


@dataclass(frozen=True, slots=True)
class Complete:
    """Suggest values for an argument."""

    request_id: RequestId
    revision: Revision
    question: Question
    asked: Asked = NOTHING


@dataclass(frozen=True, slots=True)
class SetLogLevel:
    """Keep the level of log messages that the client wants to hear of in its transport session."""

    request_id: RequestId
    revision: Revision
    level: str


Single = (
    Accept
    | Initialize
    | Resolve
    | Cancel
    | Refuse
    | Answer
    | ListPage
    | CallTool
    | ReadResource
    | GetPrompt
    | Complete
    | Listen
    | Subscribe
    | SetLogLevel
    | GetTask
    | UpdateTask
    | CancelTask
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Several steps, answered by one array."""

    entries: tuple[Single, ...]


Step = Single | Batch
