"""Headers: what every POST must carry, and what must agree with the body (MCP 2026-07-28 streamable-http)."""

from typing import Any

import pytest

from mcpserver.edge.types import App
from tests.mcpserver.endpoint import CALCULATE
from tests.mcpserver.malformed.case import OMITTED, Case, bad, check
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

LIST = modern_request("tools/list")
CALL = modern_request("tools/call", CALCULATE)


def list_headers(**changes: Any) -> dict[str, Any]:
    return {**modern_headers("tools/list"), **{name.replace("_", "-"): value for name, value in changes.items()}}


def call_headers(name: Any) -> dict[str, Any]:
    return modern_headers("tools/call", name)


MISMATCH: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no Mcp-Method": (modern_headers("x", Mcp_Method=None), LIST),
    "an empty Mcp-Method": (modern_headers(""), LIST),
    "another Mcp-Method": (modern_headers("tools/call"), LIST),
    "Mcp-Method in capitals": (modern_headers("TOOLS/LIST"), LIST),
    "Mcp-Method with a slash more": (modern_headers("tools/list/"), LIST),
    "Mcp-Method with a query": (modern_headers("tools/list?x"), LIST),
    "Mcp-Method twice the same": (list_headers(Mcp_Method=["tools/list", "tools/list"]), LIST),
    "Mcp-Method twice different": (list_headers(Mcp_Method=["tools/list", "tools/call"]), LIST),
    "Mcp-Method as a list": (modern_headers("tools/list, tools/call"), LIST),
    "Mcp-Method in base64": (modern_headers("=?base64?dG9vbHMvbGlzdA==?="), LIST),
    "no Mcp-Name": (call_headers(None), CALL),
    "an empty Mcp-Name": (call_headers(""), CALL),
    "another Mcp-Name": (call_headers("get_user_info"), CALL),
    "Mcp-Name in capitals": (call_headers("CALCULATE"), CALL),
    "Mcp-Name twice": (call_headers(["calculate", "calculate"]), CALL),
    "Mcp-Name twice different": (call_headers(["calculate", "get_user_info"]), CALL),
    "Mcp-Name in quotes": (call_headers('"calculate"'), CALL),
    "Mcp-Name percent-encoded": (call_headers("calcul%61te"), CALL),
    "Mcp-Name in bytes of Latin-1": (call_headers("calculaté"), CALL),
    "Mcp-Name of another name in base64": (call_headers("=?base64?eA==?="), CALL),
    "Mcp-Name in base64 without padding": (call_headers("=?base64?Y2FsY3VsYXRlIQ?="), CALL),
    "Mcp-Name in base64 of a wrong alphabet": (call_headers("=?base64?Y2Fs!!!Y3VsYXRl?="), CALL),
    "Mcp-Name in base64 of URLs": (call_headers("=?base64?_-__?="), CALL),
    "Mcp-Name in base64 with spare bits": (call_headers("=?base64?eB==?="), CALL),
    "Mcp-Name in base64 of no UTF-8": (call_headers("=?base64?//8=?="), CALL),
    "Mcp-Name in base64 of nothing": (call_headers("=?base64??="), CALL),
    "Mcp-Name with half a marker": (call_headers("=?base64?Y2FsY3VsYXRl"), CALL),
    "Mcp-Name with a marker in capitals": (call_headers("=?BASE64?Y2FsY3VsYXRl?="), CALL),
    "Mcp-Name where the body has a number": (call_headers("5"), modern_request("tools/call", {"name": 5})),
    "Mcp-Name where the body has none": (call_headers("calculate"), modern_request("tools/call", {})),
    "no version": (list_headers(MCP_Protocol_Version=None), LIST),
    "another version of this era": (list_headers(MCP_Protocol_Version="2099-01-01"), LIST),
    "a version of the handshake": (list_headers(MCP_Protocol_Version="2025-11-25"), LIST),
    "an empty version": (list_headers(MCP_Protocol_Version=""), LIST),
    "a version with a letter": (list_headers(MCP_Protocol_Version="v2026-07-28"), LIST),
    "the version twice": (list_headers(MCP_Protocol_Version=[MODERN, MODERN]), LIST),
    "two versions": (list_headers(MCP_Protocol_Version=[MODERN, "2025-11-25"]), LIST),
    "a list of versions": (list_headers(MCP_Protocol_Version=f"{MODERN}, 2025-11-25"), LIST),
    "a version in _meta that differs": (list_headers(), modern_request("tools/list", meta={**META, VERSION_KEY: "v999.0.0"})),
    "a version in _meta that is null": (list_headers(), modern_request("tools/list", meta={**META, VERSION_KEY: None})),
    "a version in _meta that is a number": (list_headers(), modern_request("tools/list", meta={**META, VERSION_KEY: 2026})),
    "a handshake version in _meta alone": (
        list_headers(),
        modern_request("tools/list", meta={**META, VERSION_KEY: "2025-11-25"}),
    ),
}
CASES = [bad(name, headers, body, 400, -32020) for name, (headers, body) in MISMATCH.items()]


def agreed(version: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return list_headers(MCP_Protocol_Version=version), modern_request("tools/list", meta={**META, VERSION_KEY: version})


CASES += [
    *(
        bad(f"version {version} in both", *agreed(version), 400, -32022)
        for version in (
            "v999.0.0",
            "2099-01-01",
            "2025-11-25",
            "2025-06-18",
            "2025-03-26",
            "2024-11-05",
            "2026-07-29",
            "latest",
            "0",
        )
    ),
    *(
        bad(f"header {version!r} and no _meta", handshake_headers(version), request("ping"), 400, -32022)
        for version in ("2026-07-29", "v1", "2025-11-25 x", "1", "", "2025-11-25,2025-06-18")
    ),
    bad(
        "initialize with an unknown header",
        handshake_headers("2030-01-01"),
        request("initialize", {"protocolVersion": "2025-11-25"}),
        400,
        -32022,
    ),
]

INCOMPLETE: dict[str, Any] = {
    "no params": request("tools/list"),
    "no _meta": request("tools/list", {}),
    "_meta null": request("tools/list", {"_meta": None}),
    "_meta a list": request("tools/list", {"_meta": []}),
    "_meta a string": request("tools/list", {"_meta": "s3cret"}),
    "_meta empty": modern_request("tools/list", meta={}),
    "no version in _meta": modern_request("tools/list", meta={CAPABILITIES_KEY: {}}),
    "no capabilities": modern_request("tools/list", meta={VERSION_KEY: MODERN}),
    "capabilities null": modern_request("tools/list", meta={**META, CAPABILITIES_KEY: None}),
    "capabilities a list": modern_request("tools/list", meta={**META, CAPABILITIES_KEY: []}),
    "capabilities a string": modern_request("tools/list", meta={**META, CAPABILITIES_KEY: "s3cret"}),
    "capabilities true": modern_request("tools/list", meta={**META, CAPABILITIES_KEY: True}),
}
CASES += [bad(name, list_headers(), body, 400, -32602) for name, body in INCOMPLETE.items()]

GONE = ("initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "tasks/list", "tasks/result")
UNKNOWN = ("nope", "tools", "tools/", "tools/List", "notifications/initialized", "rpc.discover", "", "tools/list\x00")
CASES += [bad(f"method {name!r}", modern_headers(name), modern_request(name), 404, -32601) for name in (*GONE, *UNKNOWN[:-1])]
CASES += [bad("a method with NUL", modern_headers("tools/list"), modern_request(UNKNOWN[-1]), 400, -32020)]

PING = request("ping")
OLD = handshake_headers("2025-11-25")
TYPES = {
    "no Content-Type": {"Content-Type": None},
    "an empty Content-Type": {"Content-Type": ""},
    "text": {"Content-Type": "text/plain"},
    "text with a hint": {"Content-Type": "text/plain; application/json"},
    "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "a form with files": {"Content-Type": "multipart/form-data; boundary=x"},
    "JSON of another kind": {"Content-Type": "application/json-seq"},
    "XML": {"Content-Type": "application/xml"},
}
CASES += [bad(f"Content-Type: {name}", {**OLD, **change}, PING, 415, -32600, OMITTED) for name, change in TYPES.items()]
ACCEPTS = {
    "HTML": "text/html",
    "text": "text/plain, text/csv",
    "JSON refused": "application/json;q=0, text/event-stream;q=0",
    "everything refused": "*/*;q=0",
    "a picture": "image/png",
}
CASES += [bad(f"Accept: {name}", {**OLD, "Accept": value}, PING, 406, -32600, OMITTED) for name, value in ACCEPTS.items()]

HOSTS = {
    "another Host": {"Host": "evil.example.com"},
    "no Host": {"Host": None},
    "an empty Host": {"Host": ""},
    "two Hosts": {"Host": ["localhost", "evil.example.com"]},
}
CASES += [bad(name, {**OLD, **change}, PING, 400, -32600, OMITTED) for name, change in HOSTS.items()]
ORIGINS = ("https://evil.example.com", "null", "http://localhost.evil.example", "file://", "chrome-extension://abc", "x")
CASES += [bad(f"Origin {origin}", {**OLD, "Origin": origin}, PING, 403, -32600, OMITTED) for origin in ORIGINS]

METHODS = ("PUT", "PATCH", "TRACE", "CONNECT", "PROPFIND", "BREW")
CASES += [bad(f"{method}", OLD, PING, 405, -32600, OMITTED, method=method) for method in METHODS]


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_headers_that_do_not_fit_are_refused(app: App, case: Case) -> None:
    await check(app, case)
