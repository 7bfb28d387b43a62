"""From a POST to its step, and from an outcome to the answer. What is refused is tabled in ``test_refusals``."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcpserver.protocol import exchange, headers
from mcpserver.protocol.errors import HeaderMismatch, InternalError, InvalidParams, MethodNotFound, ProtocolError
from mcpserver.protocol.jsonrpc import MAX_BATCH_MESSAGES, Request
from mcpserver.protocol.methods import METHODS
from mcpserver.protocol.server import Features
from mcpserver.protocol.steps import Accept, Answer, Batch, CallTool, ListPage, Refuse, Step
from tests.mcpserver.protocol.samples import (
    HANDSHAKE,
    META,
    MODERN,
    SERVER,
    handshake_headers,
    modern_headers,
    modern_request,
    pairs,
    plan,
    reply,
    request,
    single,
)
from tests.mcpserver.protocol.test_tools import Outcome

PING = request("ping")
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
RESPONSE = {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.mark.parametrize("version", [None, *HANDSHAKE])
@pytest.mark.parametrize("method", ["notifications/initialized", "notifications/cancelled", "notifications/nope", "tools/call"])
def test_a_notification_is_accepted_and_nothing_runs(version: str | None, method: str) -> None:
    """MCP 2025-03-26 basic/transports: 202 and no body; without an id even ``tools/call`` is a notification."""
    message = {"jsonrpc": "2.0", "method": method, "params": {"name": "greet"}}
    assert plan(handshake_headers(version), message) == Accept()
    answer = reply(handshake_headers(version), message)
    assert (answer.status, answer.body) == (202, b"")


@pytest.mark.parametrize("meta", [{}, {"_meta": META}])
def test_a_notification_of_the_stateless_era_is_accepted(meta: dict[str, Any]) -> None:
    message = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": meta}
    assert reply(modern_headers("notifications/cancelled"), message).status == 202


@pytest.mark.parametrize("version", [None, *HANDSHAKE])
def test_a_response_is_accepted_in_the_handshake_era(version: str | None) -> None:
    assert reply(handshake_headers(version), RESPONSE).status == 202


@pytest.mark.parametrize(("version", "revision"), [(None, "2025-03-26"), *zip(HANDSHAKE, HANDSHAKE, strict=True)])
def test_a_call_of_the_handshake_era_is_planned_for_its_revision(version: str | None, revision: str) -> None:
    headers = handshake_headers(version, Mcp_Method="anything", Mcp_Name="whatever", Mcp_Param_Region="eu")
    step = single(plan(headers, request("tools/call", {"name": "greet", "_meta": {"progressToken": 1}}, id="c")))
    assert isinstance(step, CallTool)
    assert (step.request_id, step.revision.name, step.name, step.arguments) == ("c", revision, "greet", {})
    # Parameter headers are a rule of the stateless era alone.
    assert step.headers is None


def test_a_call_of_the_stateless_era_brings_its_parameter_headers() -> None:
    headers = modern_headers("tools/call", "=?base64?Z3JlZXQ=?=", Mcp_Param_Region="eu", Mcp_Session_Id="x", Last_Event_ID="1")
    step = single(plan(headers, modern_request("tools/call", {"name": "greet", "arguments": {"region": "eu"}})))
    assert isinstance(step, CallTool)
    assert (step.revision.name, step.arguments) == (MODERN, {"region": "eu"})
    assert step.headers is not None
    assert step.headers.parameters == {"region": ("eu",)}


@pytest.mark.parametrize("spelling", ["mcp-name", "MCP-NAME", "Mcp-Name"])
def test_header_names_may_have_any_case_and_values_blanks_around_them(spelling: str) -> None:
    headers = {**modern_headers("tools/call"), "Mcp-Name": None, spelling: "  greet\t"}
    assert isinstance(plan(headers, modern_request("tools/call", {"name": "greet"})), CallTool)


def test_client_info_need_not_be_declared_and_other_keys_are_left_alone() -> None:
    meta = {**META, "traceparent": "00-x", "com.example/key": {"any": "thing"}, "progressToken": "p"}
    assert isinstance(plan(modern_headers("tools/list"), modern_request("tools/list", meta=meta)), ListPage)


def test_a_list_is_planned_with_the_name_behind_its_cursor() -> None:
    step = plan(handshake_headers(), request("tools/list", {"cursor": "YWZ0ZXI6Z3JlZXQ="}))
    assert isinstance(step, ListPage)
    assert step.after == "greet"


CALLS = [
    (handshake_headers("2025-06-18"), request("tools/call", {"name": "greet"}, id="i")),
    (modern_headers("tools/call", "greet"), modern_request("tools/call", {"name": "greet"}, id="i")),
]


@pytest.mark.parametrize(("headers", "body"), CALLS)
def test_a_result_answers_with_the_id_of_its_request(headers: dict[str, Any], body: Any) -> None:
    answer = reply(headers, body, Outcome(is_error=True))
    message = json.loads(answer.body)
    assert (answer.status, message["id"], message["result"]["isError"]) == (200, "i", True)


@pytest.mark.parametrize(("headers", "body"), CALLS)
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(InvalidParams("Unknown tool."), 200, -32602), (InternalError("r-1"), 200, -32603), (HeaderMismatch("x"), 400, -32020)],
)
def test_an_error_while_carrying_out_answers_with_the_id_too(
    headers: dict[str, Any], body: Any, error: ProtocolError, status: int, code: int
) -> None:
    answer = reply(headers, body, error)
    message = json.loads(answer.body)
    assert (answer.status, message["id"], message["error"]["code"]) == (status, "i", code)


def test_an_internal_error_names_a_reference_and_nothing_else() -> None:
    body = InternalError("req-42").body()
    assert body["data"] == {"reference": "req-42"}
    assert "req-42" in body["message"]


def test_a_serialised_page_is_sent_as_it_is() -> None:
    body = reply(handshake_headers(), request("tools/list", id=5), b'{"tools":[]}').body
    assert body == b'{"jsonrpc":"2.0","id":5,"result":{"tools":[]}}'


def test_a_step_that_was_not_carried_out_cannot_be_finished() -> None:
    with pytest.raises(TypeError):
        reply(handshake_headers(), request("tools/list"))
    with pytest.raises(TypeError):
        reply(handshake_headers(), request("tools/list"), [b"{}"])


# --- batches: MCP 2025-03-26 basic/index, Batching ---


def batch(*entries: Any, version: str | None = None) -> Batch:
    step = plan(handshake_headers(version), list(entries))
    assert isinstance(step, Batch)
    return step


@pytest.mark.parametrize("version", [None, "2025-03-26"])
def test_a_batch_is_answered_in_order_with_one_answer_a_request(version: str | None) -> None:
    step = batch(PING, INITIALIZED, RESPONSE, request("tools/list", id="l"), request("nope", id=3), 7, version=version)
    kinds = [type(entry) for entry in step.entries]
    assert kinds == [Answer, Accept, Accept, ListPage, Refuse, Refuse]
    answer = exchange.finish(step, [None, None, None, b'{"tools":[]}', None, None], SERVER)
    assert answer.status == 200
    assert [(message["id"], message.get("error", {}).get("code")) for message in json.loads(answer.body)] == [
        (1, None),
        ("l", None),
        (3, -32601),
        (None, -32600),
    ]


def test_an_error_within_a_batch_leaves_its_siblings_alone() -> None:
    step = batch(request("tools/call", {"name": "a"}, id=1), request("tools/call", {"name": "b"}, id=2))
    answer = exchange.finish(step, [InvalidParams("Unknown tool."), Outcome()], SERVER)
    first, second = json.loads(answer.body)
    assert (answer.status, first["error"]["code"], second["result"]["isError"]) == (200, -32602, False)


def test_a_batch_that_asks_for_nothing_is_accepted_without_a_body() -> None:
    answer = reply(handshake_headers(), [INITIALIZED, RESPONSE], [None, None])
    assert (answer.status, answer.body) == (202, b"")


def test_a_batch_without_a_single_good_message_is_a_bad_request() -> None:
    answer = reply(handshake_headers(), [1, {}], [None, None])
    assert answer.status == 400
    assert [message["error"]["code"] for message in json.loads(answer.body)] == [-32600, -32600]


def test_a_stateless_request_has_no_place_in_a_batch() -> None:
    [entry] = batch(modern_request("tools/list", id=9)).entries
    assert isinstance(entry, Refuse)
    assert (entry.error.code, entry.error.request_id) == (-32600, 9)


def test_a_batch_may_be_full() -> None:
    entries = [request("ping", id=number) for number in range(MAX_BATCH_MESSAGES)]
    assert len(batch(*entries).entries) == MAX_BATCH_MESSAGES


def test_a_batch_needs_an_outcome_for_each_entry() -> None:
    with pytest.raises(ValueError, match="zip"):
        reply(handshake_headers(), [PING, PING], [None])


# --- whatever comes in ---

KEYS = st.sampled_from(["jsonrpc", "id", "method", "params", "result", "error", "name", "arguments", "cursor", "_meta", *META])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["2.0", *METHODS, MODERN, *HANDSHAKE, "notifications/x"])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)
ENVELOPES = st.fixed_dictionaries(
    {"jsonrpc": st.sampled_from(["2.0", "1.0"]), "method": st.sampled_from([*METHODS, "nope"]) | VALUES, "id": VALUES},
    optional={"params": VALUES | st.fixed_dictionaries({"_meta": st.just(META) | VALUES, "name": VALUES}), "result": VALUES},
)
BODIES = st.binary(max_size=60) | (ENVELOPES | VALUES | st.lists(ENVELOPES, max_size=3)).map(
    lambda body: json.dumps(body).encode()
)
HEADER_VALUES = st.sampled_from([*METHODS, MODERN, *HANDSHAKE, "", "*/*", "application/json", "=?base64?IQ==?="]) | st.text(
    st.characters(max_codepoint=255), max_size=12
)
HEADERS = st.fixed_dictionaries(
    {"Content-Type": st.just("application/json")},
    optional={
        name: HEADER_VALUES | st.lists(HEADER_VALUES, max_size=2)
        for name in ("MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Param-Region", "Accept")
    },
)


def outcome_of(headers: dict[str, Any], body: bytes) -> Step | ProtocolError:
    try:
        return plan(headers, body)
    except ProtocolError as error:
        return error


@given(HEADERS, BODIES)
def test_whatever_is_posted_becomes_a_step_or_a_protocol_error(headers: dict[str, Any], body: bytes) -> None:
    outcome = outcome_of(headers, body)
    if isinstance(outcome, ProtocolError):
        message = json.loads(exchange.failure(outcome, None).body)
        assert message["error"]["code"] == outcome.code
        assert outcome.status in {200, 400, 404, 406, 415}
    else:
        assert isinstance(outcome, Accept | Answer | ListPage | CallTool | Batch)


@pytest.mark.parametrize(
    ("method", "params", "features"),
    [
        ("tools/list", {}, Features(tools=False)),
        ("tools/call", {"name": "a"}, Features(tools=False)),
        ("resources/list", {}, Features()),
        ("resources/templates/list", {}, Features()),
        ("resources/read", {"uri": "a:b"}, Features()),
        ("resources/subscribe", {"uri": "a:b"}, Features(resources=True)),
        ("prompts/list", {}, Features()),
        ("prompts/get", {"name": "a"}, Features()),
        ("completion/complete", {}, Features(prompts=True)),
    ],
)
def test_a_method_of_a_feature_that_is_not_offered_is_unknown(method: str, params: dict[str, Any], features: Features) -> None:
    """MCP 2026-07-28 server/discover: what is not declared does not work."""
    read = headers.read(pairs(handshake_headers("2025-11-25")))
    with pytest.raises(MethodNotFound):
        exchange.plan(read, Request(1, method, params), replace(SERVER, features=features))
