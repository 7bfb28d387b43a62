"""Whatever comes in, bytes and headers together: a step, or an error of the protocol's; never another exception."""

import base64
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcpserver.protocol import exchange, headers, jsonrpc
from mcpserver.protocol.errors import ProtocolError
from mcpserver.protocol.methods import METHODS
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import REVISIONS
from tests.mcpserver.protocol.samples import CAPABILITIES_KEY, META, SERVER, VERSION_KEY

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12
)
NAMES = [revision.name for revision in REVISIONS]
METHOD_NAMES = st.sampled_from([*METHODS, "notifications/cancelled", "notifications/initialized", "nope"]) | st.text(
    max_size=12
)
# The members that planning looks at, so that most messages get past the first check.
KNOWN = (
    *("name", "uri", "cursor", "arguments", "ref", "argument", "context", "level", "taskId", "requestId", "notifications"),
    *("inputResponses", "requestState", "protocolVersion", "capabilities", "clientInfo", "task"),
)
METAS = st.fixed_dictionaries(
    {},
    optional={
        VERSION_KEY: st.sampled_from(NAMES) | JSON,
        CAPABILITIES_KEY: st.just({}) | JSON,
        "progressToken": JSON,
        "io.modelcontextprotocol/logLevel": st.sampled_from(["debug", "nope"]) | JSON,
        "traceparent": JSON,
    },
)
PARAMS = st.dictionaries(st.sampled_from(KNOWN), JSON, max_size=4).flatmap(
    lambda known: st.one_of(st.just(META), METAS, JSON).map(lambda meta: {**known, "_meta": meta})
)
MESSAGES = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | JSON, "method": METHOD_NAMES | JSON},
    optional={"id": st.integers() | st.text(max_size=5) | JSON, "params": PARAMS | JSON},
)
RESPONSES = st.fixed_dictionaries({"jsonrpc": st.just("2.0")}, optional={"id": JSON, "result": JSON, "error": JSON})
BODIES = (MESSAGES | RESPONSES | st.lists(MESSAGES | RESPONSES | JSON, max_size=4) | JSON).map(
    lambda value: json.dumps(value).encode()
)
VALUES = st.sampled_from(["application/json", "*/*", "text/event-stream", *NAMES, *METHODS, "=?base64?eA==?=", "=?base64?"])
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [b"content-type", b"accept", b"mcp-protocol-version", b"mcp-method", b"mcp-name", b"mcp-session-id", b"mcp-param-x"]
        ),
        VALUES.map(str.encode) | st.binary(max_size=20),
    ),
    max_size=7,
)
SESSIONS = st.none() | st.sampled_from([TransportSession("s", revision) for revision in REVISIONS[1:]])


def answer(pairs: list[tuple[bytes, bytes]], body: bytes, session: TransportSession | None) -> Any:
    """Return the step, or the error as it goes out."""
    read = headers.read(pairs)
    try:
        return exchange.plan(read, jsonrpc.decode(body), SERVER, session)
    except ProtocolError as error:
        return exchange.failure(error, read.protocol_version)


def check(pairs: list[tuple[bytes, bytes]], body: bytes, session: TransportSession | None) -> None:
    found = answer(pairs, body, session)
    if isinstance(found, exchange.Reply):
        assert found.status in (200, 400, 404)
        assert json.loads(found.body)["error"]["message"]


@settings(max_examples=200, deadline=None)
@given(HEADERS, st.binary(max_size=200), SESSIONS)
def test_any_bytes(pairs: list[tuple[bytes, bytes]], body: bytes, session: TransportSession | None) -> None:
    check(pairs, body, session)


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(HEADERS, BODIES, SESSIONS)
def test_any_message(pairs: list[tuple[bytes, bytes]], body: bytes, session: TransportSession | None) -> None:
    check(pairs, body, session)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(METHODS)),
    st.dictionaries(st.sampled_from(KNOWN), JSON, max_size=5),
    st.integers() | st.text(max_size=5),
)
def test_any_params_of_a_method_with_headers_that_agree(method: str, params: dict[str, Any], request_id: Any) -> None:
    """Past the headers, where each method reads its own params; in every revision."""
    body = {"jsonrpc": "2.0", "id": request_id, "method": method}
    name = next((params[key] for key in ("name", "uri", "taskId") if isinstance(params.get(key), str)), "")
    encoded = headers_value(name)
    standard = [(b"mcp-protocol-version", NAMES[0].encode()), (b"mcp-method", method.encode()), (b"mcp-name", encoded)]
    check(standard, json.dumps({**body, "params": {**params, "_meta": META}}).encode(), None)
    for revision in REVISIONS[1:]:
        pairs = [(b"mcp-protocol-version", revision.name.encode())]
        check(pairs, json.dumps({**body, "params": params}).encode(), TransportSession("s", revision))


def headers_value(text: str) -> bytes:
    """Return a header's value that stands for any text (MCP 2026-07-28 streamable-http, Value Encoding)."""
    return b"=?base64?" + base64.b64encode(text.encode()) + b"?="
