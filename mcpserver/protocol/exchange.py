"""One exchange: a message in, a step to carry out, an answer out. The order of decisions lives here.

step = plan(headers, message, server)      # or ProtocolError
outcome = …                                # dispatch carries the step out
reply = finish(step, outcome, server)
"""

from mcpserver.protocol import era, jsonrpc, media_types, tools, versions
from mcpserver.protocol import headers as rules
from mcpserver.protocol.errors import Interrupted, InvalidRequest, MethodNotFound, ProtocolError
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Message, Notification, Request
from mcpserver.protocol.methods import METHODS, Planning
from mcpserver.protocol.server import Server
from mcpserver.protocol.steps import Accept, Answer, Batch, Cancel, Initialize, Refuse, Resolve, Single, Step
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Era, Revision
from wire import values


class Cancelled:
    """The outcome of a request that its client took back: no answer is sent (MCP 2025-11-25 utilities/cancellation)."""


# What carrying a step out gave: a result as JSON, a tool's result, an error about this step, or nothing.
SingleOutcome = bytes | tools.CallOutcome | ProtocolError | Cancelled | None
Outcome = SingleOutcome | list[SingleOutcome]


@values.value
class Reply:
    """An HTTP answer: a JSON body, or none."""

    status: int
    body: bytes


def check_post(headers: Headers) -> None:
    """Refuse, before the body is read, what no message could mend.

    Raises:
        UnsupportedMediaType, NotAcceptable: see ``media_types``.
    """
    media_types.check_content_type(headers.content_type)
    media_types.check_accept(headers.accept)


def needs_session(headers: Headers, message: Message | jsonrpc.Batch) -> bool:
    """Return whether ``Mcp-Session-Id`` counts for a message: not for one of the stateless era, which ignores it, and not for
    ``initialize``, which begins a new one (MCP 2026-07-28 streamable-http, Earlier Revisions).
    """
    if headers.session_id is None:
        return False
    if isinstance(message, jsonrpc.Batch):
        return True
    if isinstance(message, Request) and message.method == "initialize":
        return False
    try:
        return era.revision_of(message, headers).era is Era.HANDSHAKE
    except ProtocolError:
        return False


def plan(headers: Headers, message: Message | jsonrpc.Batch, server: Server, session: TransportSession | None = None) -> Step:
    """Return what is to be done about a message. ``session`` is what the request's ``Mcp-Session-Id`` stands for.

    Raises:
        ProtocolError: a rule is broken; it carries the request's id.
    """
    if isinstance(message, jsonrpc.Batch):
        return _plan_batch(headers, message, server, session)
    try:
        rules.check_unrepeated(headers)
        return _plan_message(message, era.revision_of(message, headers, session), headers, server, session)
    except ProtocolError as error:
        error.request_id = message.id if isinstance(message, Request) else None
        raise


def finish(step: Step, outcome: Outcome, server: Server) -> Reply:
    """Return the answer to a step that was carried out.

    Raises:
        TypeError: a tool's result holds something that is not JSON.
    """
    bodies = answers(step, outcome, server)
    if not bodies:
        return Reply(202, b"")
    if isinstance(step, Batch):
        all_refused = all(isinstance(entry, Refuse) for entry in step.entries)
        return Reply(400 if all_refused else 200, jsonrpc.encode_batch(bodies))
    return Reply(outcome.status if isinstance(outcome, ProtocolError) else 200, bodies[0])


def answers(step: Step, outcome: Outcome, server: Server) -> list[bytes]:
    """Return the messages that answer a step: one for each request in it, but none for one that the client cancelled.

    Raises:
        TypeError: a tool's result holds something that is not JSON.
    """
    if isinstance(step, Batch):
        outcomes = outcome if isinstance(outcome, list) else []
        finished = (_finish_single(entry, one, server) for entry, one in zip(step.entries, outcomes, strict=True))
        return [body for body in finished if body is not None]
    if isinstance(outcome, list):
        raise TypeError("a single step has a single outcome")
    body = _finish_single(step, outcome, server)
    return [] if body is None else [body]


def interrupted(step: Step) -> list[bytes]:
    """Return what answers a step if the process that carries it out does not live to do it: an error for each request."""
    bodies = []
    for entry in step.entries if isinstance(step, Batch) else (step,):
        if not isinstance(entry, Accept | Resolve | Cancel | Refuse):
            error = Interrupted()
            error.request_id = entry.request_id
            bodies.append(jsonrpc.encode_error(error, null_id=False))
    return bodies


def failure(error: ProtocolError, protocol_version: str | None) -> Reply:
    """Return the answer to a message that came to no step; the header alone says in which shape."""
    null_id = versions.of_header(protocol_version).error_id_null
    return Reply(error.status, jsonrpc.encode_error(error, null_id=null_id))


def _plan_message(
    message: Message, revision: Revision, headers: Headers, server: Server, session: TransportSession | None
) -> Single:
    if isinstance(message, Request):
        return _plan_request(message, revision, headers, server, session)
    if isinstance(message, Notification):
        era.check_notification(message, headers, revision)
        return _plan_notification(message, session)
    era.check_response(revision)
    return Accept() if session is None else Resolve(message)


def _plan_notification(notification: Notification, session: TransportSession | None) -> Single:
    """Only a session can say whose request is meant: its ids are the client's own (MCP 2025-11-25 utilities/cancellation)."""
    if session is None or notification.method != "notifications/cancelled":
        return Accept()
    target = notification.params.get("requestId")
    # JSON's true is no integer, though Python's is.
    return Cancel(target) if isinstance(target, str | int) and not isinstance(target, bool) else Accept()


def _plan_request(
    request: Request, revision: Revision, headers: Headers, server: Server, session: TransportSession | None
) -> Single:
    method = METHODS.get(request.method)
    era.check_request(request, headers, revision, name_parameter=method.name_parameter if method else None)
    if method is None or revision.era not in method.eras or not method.offered(server.features):
        raise MethodNotFound(status=revision.unknown_method_status)
    return method.plan(Planning(request, revision, headers, server, session))


def _plan_batch(headers: Headers, batch: jsonrpc.Batch, server: Server, session: TransportSession | None) -> Batch:
    """MCP 2025-03-26 basic/index, Batching, the only revision to have it; ``initialize`` never stands in a batch."""
    rules.check_unrepeated(headers)
    revision = versions.of_header(headers.protocol_version)
    if session is not None and revision.era is Era.HANDSHAKE:
        revision = session.revision
    if not revision.batches:
        raise InvalidRequest("A body holds one message in this revision.")
    if any(isinstance(entry, Request) and entry.method == "initialize" for entry in batch.entries):
        raise InvalidRequest("A batch must not hold initialize.")
    return Batch(tuple(_plan_entry(entry, revision, headers, server, session) for entry in batch.entries))


def _plan_entry(
    entry: Message | InvalidRequest, revision: Revision, headers: Headers, server: Server, session: TransportSession | None
) -> Single:
    if isinstance(entry, InvalidRequest):
        return Refuse(entry, revision)
    try:
        if era.revision_of(entry, headers, session).era is Era.MODERN:
            raise InvalidRequest("A message of a stateless revision stands alone.")
        return _plan_message(entry, revision, headers, server, session)
    except ProtocolError as error:
        error.request_id = entry.id if isinstance(entry, Request) else None
        return Refuse(error, revision)


def _finish_single(step: Single, outcome: SingleOutcome, server: Server) -> bytes | None:
    match step:
        case Accept() | Resolve() | Cancel():
            return None
        case Initialize(request_id=request_id, result=result):
            return jsonrpc.encode_result(request_id, result)
        case Refuse(error=error, revision=revision):
            return jsonrpc.encode_error(error, null_id=revision.error_id_null)
        case Answer(request_id=request_id, result=result):
            return jsonrpc.encode_result(request_id, result)
    if isinstance(outcome, ProtocolError):
        outcome.request_id = step.request_id
        return jsonrpc.encode_error(outcome, null_id=step.revision.error_id_null)
    if isinstance(outcome, bytes):
        return jsonrpc.encode_result(step.request_id, outcome)
    if isinstance(outcome, Cancelled):
        return None
    if outcome is None:
        raise TypeError("a step that was to be carried out has no outcome")
    return jsonrpc.encode_result(step.request_id, tools.call_result(outcome, step.revision, server))
