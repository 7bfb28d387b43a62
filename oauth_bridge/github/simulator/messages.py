"""An HTTP request and an answer as plain values, and the two ASGI functions that carry them."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from wire import strict_json

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 1_000_000


class BodyTooLarge(Exception):
    """The request's body passes ``MAX_BODY_BYTES``."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. Header names are lower case; a repeated header is joined by a comma (RFC 9110 §5.3)."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def base_url(self) -> str:
        """Return the origin under which the simulator was asked: every URL in its answers starts with it."""
        return "http://" + self.headers["host"]

    def parameters(self) -> dict[str, str]:
        """Return the query's parameters; the last of a repeated one counts, as at GitHub."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def form(self) -> dict[str, str]:
        """Return the body's fields: a form's, or a JSON object's strings; empty when the body is neither."""
        if self.headers.get("content-type", "").startswith("application/json"):
            return {name: text for name, text in self.json_object().items() if isinstance(text, str)}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json_object(self) -> dict[str, Any]:
        """Return the body as a JSON object, empty when it is anything else."""
        try:
            value = strict_json.loads(self.body)
        except strict_json.InvalidJSON:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered. ``headers`` has lower-case names."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, headers: Mapping[str, str]) -> "Response":
        """Return the same answer with ``headers`` added; those that it has already win."""
        return Response(self.status, {**headers, **self.headers}, self.body)


def json_response(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return ``value`` as a JSON answer."""
    named = {"content-type": "application/json; charset=utf-8", **(headers or {})}
    return Response(status, named, strict_json.dumps(value))


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Return the request of an ASGI ``http`` scope.

    Raises:
        BodyTooLarge: there are more than ``MAX_BODY_BYTES``.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], scope["path"], query, headers, await _read_body(receive))


async def _read_body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return bytes(body)


async def send_response(send: Send, response: Response, *, with_body: bool = True) -> None:
    """Send a whole answer; ``with_body=False`` for HEAD, which keeps the headers of GET (RFC 9110 §9.3.2)."""
    headers = {**response.headers}
    if response.status not in (204, 304):  # RFC 9110 §8.6: these two have no content
        headers["content-length"] = str(len(response.body))
    named = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": named})
    await send({"type": "http.response.body", "body": response.body if with_body else b""})
