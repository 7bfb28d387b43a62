"""``initialize``, ``ping`` and ``server/discover``."""

import json
from dataclasses import replace
from typing import Any

import pytest

from mcpserver.protocol import lifecycle, methods
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Request
from mcpserver.protocol.server import Features, capabilities
from mcpserver.protocol.steps import Initialize
from mcpserver.protocol.versions import LATEST_HANDSHAKE, LATEST_MODERN, SSE_REVISIONS, WITHOUT_HEADER
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
CAPABILITIES = {
    "logging": {},
    "tools": {"listChanged": True},
    "resources": {"subscribe": True, "listChanged": True},
    "prompts": {"listChanged": True},
    "completions": {},
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
        "capabilities": CAPABILITIES,
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
        "capabilities": CAPABILITIES,
        "instructions": SERVER.instructions,
        "ttlMs": 300_000,
        "cacheScope": "private",
        "_meta": {"io.modelcontextprotocol/serverInfo": FULL_INFO},
    }


@pytest.mark.parametrize(
    ("features", "declared"),
    [
        (Features(), {"logging", "tools"}),
        (Features(tools=False), {"logging"}),
        (Features(resources=True), {"logging", "tools", "resources"}),
        (Features(prompts=True, completions=True), {"logging", "tools", "prompts", "completions"}),
        (Features(extensions=("io.modelcontextprotocol/tasks",)), {"logging", "tools", "extensions"}),
    ],
)
def test_what_is_declared_is_what_is_offered(features: Features, declared: set[str]) -> None:
    """MCP 2026-07-28 server/discover."""
    server = replace(SERVER, features=features)
    assert set(json.loads(lifecycle.discover_result(LATEST_MODERN, server))["capabilities"]) == declared
    # Extensions came with 2026-07-28, and the word for completions after 2024-11-05.
    assert set(capabilities(server, LATEST_HANDSHAKE)) == declared - {"extensions"}
    assert set(capabilities(server, SSE_REVISIONS[-1])) == declared - {"extensions", "completions"}


def test_resources_that_tell_of_no_change_cannot_be_subscribed_to() -> None:
    server = replace(SERVER, features=Features(resources=True))
    assert capabilities(server, LATEST_MODERN)["resources"] == {"subscribe": False, "listChanged": True}


def test_the_oldest_revision_is_settled_where_it_is_served() -> None:
    """2024-11-05 belongs to HTTP+SSE, where every other one with a handshake is served as well."""
    params = {"protocolVersion": "2024-11-05"}
    step = methods.METHODS["initialize"].plan(
        methods.Planning(
            Request(1, "initialize", params), WITHOUT_HEADER, Headers(), replace(SERVER, served=SSE_REVISIONS), None
        )
    )
    assert isinstance(step, Initialize)
    assert step.revision.name == json.loads(step.result)["protocolVersion"] == "2024-11-05"
    assert json.loads(step.result)["serverInfo"] == {"name": "gatehouse", "version": "9.8.7"}


def test_the_website_is_the_public_origin_that_was_configured() -> None:
    meta = json.loads(lifecycle.discover_result(LATEST_MODERN, SERVER))["_meta"]
    assert meta["io.modelcontextprotocol/serverInfo"]["websiteUrl"] == SERVER.website_url
