"""``initialize``, ``ping`` and ``server/discover``."""

import json
from typing import Any

import pytest

from mcpserver.protocol import lifecycle
from mcpserver.protocol.versions import LATEST_MODERN
from tests.mcpserver.protocol.samples import (
    HANDSHAKE,
    SERVER,
    handshake_headers,
    modern_headers,
    modern_request,
    reply,
    request,
    result_of,
)

FULL_INFO = {
    "name": "gatehouse",
    "title": "Gatehouse",
    "version": "9.8.7",
    "description": SERVER.description,
    "websiteUrl": "https://gatehouse.example",
}
INFO: dict[str, dict[str, Any]] = {
    "2025-03-26": {"name": "gatehouse", "version": "9.8.7"},
    "2025-06-18": {"name": "gatehouse", "title": "Gatehouse", "version": "9.8.7"},
    "2025-11-25": FULL_INFO,
}


@pytest.mark.parametrize("header", [None, *HANDSHAKE])
@pytest.mark.parametrize("version", HANDSHAKE)
def test_initialize_settles_the_version_whatever_the_header_says(version: str, header: str | None) -> None:
    """MCP 2025-11-25 basic/lifecycle: the answer has the shape of the version that it settles, and nothing of a later one."""
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
    answer = reply(handshake_headers(header), request("initialize", params))
    assert answer.status == 200
    assert result_of(answer) == {
        "protocolVersion": version,
        "capabilities": {"tools": {}},
        "serverInfo": INFO[version],
        "instructions": SERVER.instructions,
    }


@pytest.mark.parametrize("version", ["2024-11-05", "2026-07-28", "1.0.0"])
def test_initialize_never_settles_what_a_handshake_cannot_reach(version: str) -> None:
    result = result_of(reply(handshake_headers(), request("initialize", {"protocolVersion": version})))
    assert result["protocolVersion"] == "2025-11-25"


@pytest.mark.parametrize("version", [None, *HANDSHAKE])
def test_ping_is_answered_with_nothing_at_all(version: str | None) -> None:
    """MCP 2025-11-25 basic/utilities/ping."""
    assert reply(handshake_headers(version), request("ping", id="p")).body == b'{"jsonrpc":"2.0","id":"p","result":{}}'


def test_discover_tells_what_is_served() -> None:
    """MCP 2026-07-28 server/discover: the identity is in ``_meta``, not beside the rest."""
    answer = reply(modern_headers("server/discover"), modern_request("server/discover"))
    assert answer.status == 200
    assert result_of(answer) == {
        "resultType": "complete",
        "supportedVersions": ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"],
        "capabilities": {"tools": {}},
        "instructions": SERVER.instructions,
        "ttlMs": 300_000,
        "cacheScope": "private",
        "_meta": {"io.modelcontextprotocol/serverInfo": FULL_INFO},
    }


def test_the_website_is_the_public_origin_that_was_configured() -> None:
    meta = json.loads(lifecycle.discover_result(LATEST_MODERN, SERVER))["_meta"]
    assert meta["io.modelcontextprotocol/serverInfo"]["websiteUrl"] == SERVER.website_url
