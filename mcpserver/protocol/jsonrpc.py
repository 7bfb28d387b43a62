"""JSON-RPC 2.0 as MCP uses it: bytes in, one message (or a batch) out; results and errors into bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcpserver.protocol.errors import InvalidRequest, ParseError, ProtocolError, RequestId
from wire import strict_json, values

MAX_BATCH_MESSAGES = 20


@values.value
class Request:
    """A message that wants an answer."""

    id: RequestId
    method: str
    params: dict[str, Any]


@values.value
class Notification:
    """A message that wants none."""

    method: str
    params: dict[str, Any]


@values.value
class Response:
    """An answer to a request of the server's. ``id`` is None when the client could not read ours.

    ``content`` is the ``result`` member, or the ``error`` member if it is an error.
    """

    id: RequestId | None
    is_error: bool
    content: Mapping[str, Any] = field(default_factory=dict)


Message = Request | Notification | Response


@dataclass(frozen=True, slots=True)
class Batch:
    """Several messages in one body; an entry that is no message stands there as the error that answers it."""

    entries: tuple[Message | InvalidRequest, ...]


def decode(body: bytes) -> Message | Batch:
    """Return what the body says.

    Raises:
        ParseError: it is not JSON, or passes the bounds of ``strict_json``.
        InvalidRequest: it is JSON and no message; carries the id if that could be read.
    """
    try:
        value = strict_json.loads(body)
    except strict_json.InvalidJSON as error:
        raise ParseError(f"Parse error: {error}.") from None
    return _batch(value) if isinstance(value, list) else _message(value)


def encode_result(request_id: RequestId, result: bytes) -> bytes:
    """Return the answer around a result that is JSON already: lists are serialised once and sent many times."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (strict_json.dumps(request_id), result)


def encode_error(error: ProtocolError, *, null_id: bool) -> bytes:
    """Return the error answer; without a known id the member is null or left out, as the revision has it."""
    answer: dict[str, Any] = {"jsonrpc": "2.0"}
    if error.request_id is not None or null_id:
        answer["id"] = error.request_id
    answer["error"] = error.body()
    return strict_json.dumps(answer)


def encode_notification(method: str, params: Mapping[str, Any]) -> bytes:
    """Return a notification of ours; params that are empty are left out, as clients of every revision take it."""
    return strict_json.dumps({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})


def encode_request(request_id: RequestId, method: str, params: Mapping[str, Any]) -> bytes:
    """Return a request of ours."""
    return strict_json.dumps({"jsonrpc": "2.0", "id": request_id, "method": method, **({"params": params} if params else {})})


def encode_batch(answers: list[bytes]) -> bytes:
    """Return the array of answers to a batch (JSON-RPC 2.0 §6)."""
    return b"[%b]" % b",".join(answers)


def _batch(values: list[Any]) -> Batch:
    if not values:
        raise InvalidRequest("A batch holds at least one message.")
    if len(values) > MAX_BATCH_MESSAGES:
        raise InvalidRequest(f"A batch holds at most {MAX_BATCH_MESSAGES} messages.")
    return Batch(tuple(_entry(value) for value in values))


def _entry(value: Any) -> Message | InvalidRequest:
    try:
        return _message(value)
    except InvalidRequest as error:
        return error


def _message(value: Any) -> Message:
    if not isinstance(value, dict):
        raise InvalidRequest("A JSON-RPC message is an object.")
    is_response = "method" not in value and ("result" in value or "error" in value)
    try:
        _check_jsonrpc(value)
        return _response(value) if is_response else _call(value)
    except InvalidRequest as error:
        # A client counts its own ids and ours apart: an error about its response must not look like an answer to a request.
        if not is_response:
            error.request_id = _readable_id(value)
        raise


def _check_jsonrpc(value: dict[str, Any]) -> None:
    if value.get("jsonrpc") != "2.0":
        raise InvalidRequest('"jsonrpc" must be "2.0".')


def _call(value: dict[str, Any]) -> Request | Notification:
    method = value.get("method")
    if not isinstance(method, str):
        raise InvalidRequest('"method" must be a string.')
    if "result" in value or "error" in value:
        raise InvalidRequest("A message is a request or a response, not both.")
    params = _params(value)
    if "id" not in value:
        return Notification(method, params)
    request_id = _readable_id(value)
    if request_id is None:
        raise InvalidRequest('"id" must be a string or an integer.')
    return Request(request_id, method, params)


def _params(value: dict[str, Any]) -> dict[str, Any]:
    params = value.get("params")
    if params is None:
        # Some clients write out members that they leave empty: null is taken for absent.
        return {}
    if not isinstance(params, dict):
        raise InvalidRequest('"params" must be an object.')
    return params


def _response(value: dict[str, Any]) -> Response:
    if "result" in value and "error" in value:
        raise InvalidRequest("A response holds a result or an error, not both.")
    is_error = "error" in value
    content = value["error" if is_error else "result"]
    if not isinstance(content, dict):
        raise InvalidRequest('"result" and "error" must be objects.')
    response_id = _readable_id(value)
    if response_id is None and not (is_error and value.get("id") is None):
        raise InvalidRequest('"id" must be a string or an integer.')
    return Response(response_id, is_error, content)


def _readable_id(value: dict[str, Any]) -> RequestId | None:
    """Return the id if it is one. JSON's true is no integer, though Python's is; 1.0 is none either."""
    request_id = value.get("id")
    return request_id if type(request_id) in (str, int) else None
