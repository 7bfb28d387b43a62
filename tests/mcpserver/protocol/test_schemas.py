"""Every kind of message that the core makes, against the official schema of its revision."""

import json
from typing import Any

import pytest

from mcpserver.protocol import pages, tools
from mcpserver.protocol.errors import HeaderMismatch, IncompleteMeta, InternalError, ProtocolError
from mcpserver.protocol.exchange import Reply, failure
from mcpserver.protocol.versions import REVISIONS, Era, by_name
from tests.mcpserver.protocol.samples import (
    DEFINITION,
    HANDSHAKE,
    MODERN,
    SERVER,
    handshake_headers,
    modern_headers,
    modern_request,
    refusal,
    reply,
    request,
)
from tests.mcpserver.protocol.test_tools import LINK, Outcome
from tests.support import schemas

ALL = [revision.name for revision in REVISIONS]
CONTENT: list[dict[str, Any]] = [
    {"type": "text", "text": "hi"},
    {"type": "image", "data": "aGk=", "mimeType": "image/png"},
    {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"},
    {"type": "resource", "resource": {"uri": "https://example.com/a", "text": "a"}},
    LINK,
]


def post(version: str, method: str, params: dict[str, Any], outcome: Any = None) -> Reply:
    revision = by_name(version)
    assert revision is not None
    if revision.era is Era.MODERN:
        return reply(modern_headers(method, params.get("name")), modern_request(method, params), outcome)
    return reply(handshake_headers(version), request(method, params), outcome)


def check_result(answer: Reply, version: str, definition: str) -> None:
    message = json.loads(answer.body)
    result_response = "JSONRPCResultResponse" if "JSONRPCResultResponse" in schemas.definitions(version) else "JSONRPCResponse"
    schemas.validate(message, version, result_response)
    schemas.validate(message["result"], version, definition)


@pytest.mark.parametrize("version", HANDSHAKE)
def test_initialize_and_ping(version: str) -> None:
    check_result(post(version, "initialize", {"protocolVersion": version}), version, "InitializeResult")
    check_result(post(version, "ping", {}), version, "EmptyResult")


def test_discover() -> None:
    answer = post(MODERN, "server/discover", {})
    check_result(answer, MODERN, "DiscoverResult")
    schemas.validate(json.loads(answer.body), MODERN, "DiscoverResultResponse")


@pytest.mark.parametrize("version", ALL)
def test_lists(version: str) -> None:
    revision = by_name(version)
    assert revision is not None
    definitions = [{**DEFINITION, "name": f"tool-{number}"} for number in range(pages.PAGE_SIZE + 1)]
    page = pages.list_result(tools.TOOLS, definitions, None, revision, SERVER)
    assert "nextCursor" in json.loads(page)
    check_result(post(version, "tools/list", {}, page), version, "ListToolsResult")


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("is_error", [False, True])
def test_calls(version: str, *, is_error: bool) -> None:
    outcome = Outcome(content=CONTENT, structured={"a": 2**70}, is_error=is_error)
    check_result(post(version, "tools/call", {"name": "greet"}, outcome), version, "CallToolResult")


def check_error(answer: Reply, version: str) -> None:
    names = schemas.definitions(version)
    schemas.validate(
        json.loads(answer.body), version, "JSONRPCErrorResponse" if "JSONRPCErrorResponse" in names else "JSONRPCError"
    )


@pytest.mark.parametrize("version", HANDSHAKE)
@pytest.mark.parametrize(
    "body", [request("nope"), request("tools/call", {}), request("ping", []), request("ping", {"_meta": 5})]
)
def test_errors_of_the_handshake_era(version: str, body: Any) -> None:
    check_error(refusal(handshake_headers(version), body), version)


@pytest.mark.parametrize("version", ["2025-11-25", MODERN])
def test_errors_without_an_id(version: str) -> None:
    """Only these two revisions have them in their schema; JSON-RPC 2.0 §5 has null in its place."""
    check_error(refusal(handshake_headers(version), b"{"), version)


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("error", [InternalError("r"), HeaderMismatch("x"), IncompleteMeta("x")])
def test_errors_from_carrying_out(version: str, error: ProtocolError) -> None:
    check_error(post(version, "tools/call", {"name": "greet"}, error), version)


def test_errors_that_have_a_schema_of_their_own() -> None:
    unsupported = refusal(handshake_headers("v999.0.0"), request("ping"))
    schemas.validate(json.loads(unsupported.body), MODERN, "UnsupportedProtocolVersionError")
    mismatch = refusal(modern_headers("x"), modern_request("tools/list"))
    schemas.validate(json.loads(mismatch.body), MODERN, "HeaderMismatchError")
    for header_values, body, definition in (
        (modern_headers("nope"), modern_request("nope"), "MethodNotFoundError"),
        (modern_headers("tools/list"), request("tools/list"), "InvalidParamsError"),
        (modern_headers("tools/list"), b"{", "ParseError"),
        (modern_headers("tools/list"), b"5", "InvalidRequestError"),
    ):
        schemas.validate(json.loads(refusal(header_values, body).body)["error"], MODERN, definition)
    schemas.validate(json.loads(failure(InternalError("r"), MODERN).body)["error"], MODERN, "InternalError")


def test_answers_to_a_batch() -> None:
    body = [request("ping"), request("nope", id="n")]
    answer = reply(handshake_headers("2025-03-26"), body, [None, None])
    schemas.validate(json.loads(answer.body), "2025-03-26", "JSONRPCBatchResponse")
