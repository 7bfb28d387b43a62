"""Every way to get a POST of the stateless era wrong, with the exact status, code and id of the answer."""

from typing import Any

import pytest

from tests.mcpserver.protocol.refused import OMITTED, check
from tests.mcpserver.protocol.samples import (
    CAPABILITIES_KEY,
    META,
    MODERN,
    VERSION_KEY,
    handshake_headers,
    modern_headers,
    modern_request,
    request,
)

M = modern_headers
CALL = {"name": "greet", "arguments": {}}


def meta_without(key: str) -> dict[str, Any]:
    return {name: value for name, value in META.items() if name != key}


def declared(version: object) -> dict[str, Any]:
    return {**META, VERSION_KEY: version}


LIST = modern_request("tools/list")
TOOL = modern_request("tools/call", CALL)

MODERN_ROWS: list[tuple[str, dict[str, Any], Any, int, int]] = [
    # TP-50: the headers, present and true
    ("no version header", M("tools/list", MCP_Protocol_Version=None), LIST, 400, -32020),
    ("no method header", M("tools/list", Mcp_Method=None), LIST, 400, -32020),
    ("another method", M("tools/call"), LIST, 400, -32020),
    ("method in capitals", M("TOOLS/LIST"), LIST, 400, -32020),
    ("method in base64", M("=?base64?dG9vbHMvbGlzdA==?="), LIST, 400, -32020),
    ("no name header", M("tools/call"), TOOL, 400, -32020),
    ("another name", M("tools/call", "grin"), TOOL, 400, -32020),
    ("name in capitals", M("tools/call", "GREET"), TOOL, 400, -32020),
    ("name without padding", M("tools/call", "=?base64?Z3JlZXQ?="), TOOL, 400, -32020),
    ("name of a foreign alphabet", M("tools/call", "=?base64?Z3Jl!!!ZXQ=?="), TOOL, 400, -32020),
    ("name with spare bits", M("tools/call", "=?base64?Z3JlZXR=?="), TOOL, 400, -32020),
    ("name not UTF-8", M("tools/call", "=?base64?/w==?="), TOOL, 400, -32020),
    ("marker in capitals", M("tools/call", "=?BASE64?Z3JlZXQ=?="), TOOL, 400, -32020),
    ("marker without its end", M("tools/call", "=?base64?Z3JlZXQ="), TOOL, 400, -32020),
    ("bare name beyond ASCII", M("tools/call", "caf\xe9"), modern_request("tools/call", {"name": "caf\xe9"}), 400, -32020),
    ("name that the body lacks", M("tools/call", "greet"), modern_request("tools/call", {}), 400, -32020),
    ("name that is a number", M("tools/call", "5"), modern_request("tools/call", {"name": 5}), 400, -32020),
    ("version twice", M("tools/list", MCP_Protocol_Version=[MODERN, MODERN]), LIST, 400, -32020),
    ("method twice", M("tools/list", Mcp_Method=["tools/list", "tools/list"]), LIST, 400, -32020),
    ("name twice", M("tools/call", Mcp_Name=["greet", "greet"]), TOOL, 400, -32020),
    # TP-51: versions that differ, then versions that are not served
    ("header older", M("tools/list", MCP_Protocol_Version="2025-11-25"), LIST, 400, -32020),
    ("header unknown", M("tools/list", MCP_Protocol_Version="v999.0.0"), LIST, 400, -32020),
    ("_meta unknown", M("tools/list"), modern_request("tools/list", meta=declared("v999.0.0")), 400, -32020),
    ("_meta a number", M("tools/list"), modern_request("tools/list", meta=declared(20260728)), 400, -32020),
    ("_meta null", M("tools/list"), modern_request("tools/list", meta=declared(None)), 400, -32020),
    (
        "both unknown",
        M("tools/list", MCP_Protocol_Version="v999.0.0"),
        modern_request("tools/list", meta=declared("v999.0.0")),
        400,
        -32022,
    ),
    (
        "both of the handshake era",
        M("tools/list", MCP_Protocol_Version="2025-11-25"),
        modern_request("tools/list", meta=declared("2025-11-25")),
        400,
        -32022,
    ),
    (
        "unknown version before missing capabilities",
        M("tools/list", MCP_Protocol_Version="v999.0.0"),
        modern_request("tools/list", meta={VERSION_KEY: "v999.0.0"}),
        400,
        -32022,
    ),
    ("header mismatch before unknown method", M("x"), modern_request("nope"), 400, -32020),
    # TP-52: what _meta must hold
    ("no params", M("tools/list"), request("tools/list"), 400, -32602),
    ("no _meta", M("tools/list"), request("tools/list", {}), 400, -32602),
    ("_meta null", M("tools/list"), request("tools/list", {"_meta": None}), 400, -32602),
    ("_meta an array", M("tools/list"), request("tools/list", {"_meta": [VERSION_KEY]}), 400, -32602),
    ("no version", M("tools/list"), modern_request("tools/list", meta=meta_without(VERSION_KEY)), 400, -32602),
    ("no capabilities", M("tools/list"), modern_request("tools/list", meta=meta_without(CAPABILITIES_KEY)), 400, -32602),
    ("capabilities a list", M("tools/list"), modern_request("tools/list", meta={**META, CAPABILITIES_KEY: []}), 400, -32602),
    ("_meta before unknown method", M("nope"), request("nope", {}), 400, -32602),
    # TP-53: methods that are not there, or no longer
    *[
        (f"method {method}", M(method), modern_request(method), 404, -32601)
        for method in (
            "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "nope",
            "roots/list", "sampling/createMessage", "tools/list/", "notifications/initialized", "",
        )
    ],
    # then the params of the method
    ("call without a name", M("tools/call"), modern_request("tools/call", {}), 200, -32602),
    ("call with a number", M("tools/call"), modern_request("tools/call", {"name": 5}), 200, -32602),
    ("arguments a list", M("tools/call", "greet"), modern_request("tools/call", {**CALL, "arguments": []}), 200, -32602),
    ("empty cursor", M("tools/list"), modern_request("tools/list", {"cursor": ""}), 200, -32602),
]  # fmt: skip


@pytest.mark.parametrize(
    ("header_values", "body", "status", "code"), [row[1:] for row in MODERN_ROWS], ids=[row[0] for row in MODERN_ROWS]
)
def test_a_stateless_request_gone_wrong(header_values: dict[str, Any], body: Any, status: int, code: int) -> None:
    """MCP 2026-07-28 basic/transports/streamable-http, Server Validation; basic/index, ``_meta``."""
    check(header_values, body, status, code, 1)


UNANSWERABLE = [
    ("notification without method header", M("x", Mcp_Method=None), {"jsonrpc": "2.0", "method": "notifications/x"}, -32020),
    ("notification of another method", M("notifications/y"), {"jsonrpc": "2.0", "method": "notifications/x"}, -32020),
    (
        "notification without version header",
        M("notifications/x", MCP_Protocol_Version=None),
        {"jsonrpc": "2.0", "method": "notifications/x", "params": {"_meta": META}},
        -32020,
    ),
    (
        "notification of an unknown version",
        M("notifications/x", MCP_Protocol_Version="v999.0.0"),
        {"jsonrpc": "2.0", "method": "notifications/x", "params": {"_meta": declared("v999.0.0")}},
        -32022,
    ),
    ("response", M("x"), {"jsonrpc": "2.0", "id": 1, "result": {}}, -32600),
]


@pytest.mark.parametrize(
    ("header_values", "body", "code"), [row[1:] for row in UNANSWERABLE], ids=[row[0] for row in UNANSWERABLE]
)
def test_what_wants_no_answer_is_refused_without_an_id(header_values: dict[str, Any], body: Any, code: int) -> None:
    """MCP 2026-07-28 streamable-http, Sending Messages: an error response that has no id."""
    check(header_values, body, 400, code, None if header_values["MCP-Protocol-Version"] is None else OMITTED)


@pytest.mark.parametrize(
    ("header_values", "body", "missing"),
    [
        (M("tools/list", MCP_Protocol_Version=None), LIST, "MCP-Protocol-Version"),
        (M("tools/list", Mcp_Method=None), LIST, "Mcp-Method"),
        (M("tools/call"), TOOL, "Mcp-Name"),
    ],
)
def test_a_missing_header_is_named(header_values: Any, body: Any, missing: str) -> None:
    assert check(header_values, body, 400, -32020, 1)["message"] == f"The header {missing} is missing."


@pytest.mark.parametrize(
    ("header_values", "body", "requested"),
    [
        (handshake_headers("v999.0.0"), request("ping"), "v999.0.0"),
        (M("ping", MCP_Protocol_Version="v9"), modern_request("ping", meta=declared("v9")), "v9"),
    ],
)
def test_an_unsupported_version_is_answered_with_what_exists(header_values: Any, body: Any, requested: str) -> None:
    """MCP 2026-07-28 basic/versioning. The message says it too: old clients show nothing else."""
    error = check(header_values, body, 400, -32022, 1)
    assert error["data"] == {"supported": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"], "requested": requested}
    assert all(version in error["message"] for version in error["data"]["supported"])
