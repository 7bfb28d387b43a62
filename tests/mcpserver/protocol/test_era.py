"""Telling the eras apart (MCP 2026-07-28 basic/versioning, Backward Compatibility)."""

from typing import Any

import pytest

from mcpserver.protocol import era
from mcpserver.protocol.errors import UnsupportedProtocolVersion
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Message, Notification, Request, Response
from tests.mcpserver.protocol.samples import META, VERSION_KEY


def request(meta: Any = None, method: str = "tools/list") -> Request:
    return Request(1, method, {} if meta is None else {"_meta": meta})


@pytest.mark.parametrize(
    ("message", "header", "revision"),
    [
        (request(), None, "2025-03-26"),
        (request(), "2025-03-26", "2025-03-26"),
        (request(), "2025-06-18", "2025-06-18"),
        (request(), "2025-11-25", "2025-11-25"),
        (request(), "2026-07-28", "2026-07-28"),
        (request({"progressToken": 1}), None, "2025-03-26"),
        (request({"progressToken": 1}), "2025-11-25", "2025-11-25"),
        (request({"io.modelcontextprotocol/clientCapabilities": {}}), "2025-11-25", "2025-11-25"),
        (request(META), None, "2026-07-28"),
        (request(META), "2025-11-25", "2026-07-28"),
        (request(META, "initialize"), "2026-07-28", "2026-07-28"),
        (request({VERSION_KEY: None}), "2025-11-25", "2026-07-28"),
        (request({VERSION_KEY: "2025-11-25"}), "2025-11-25", "2026-07-28"),
        (request(VERSION_KEY), None, "2025-03-26"),
        (request(method="initialize"), None, "2025-03-26"),
        (request(method="server/discover"), None, "2025-03-26"),
        (Notification("notifications/initialized", {}), "2025-06-18", "2025-06-18"),
        (Notification("notifications/x", {"_meta": META}), None, "2026-07-28"),
        (Response(1, is_error=False), "2025-11-25", "2025-11-25"),
        (Response(1, is_error=False), None, "2025-03-26"),
    ],
)
def test_the_revision_is_told_by_meta_and_version_header(message: Message, header: str | None, revision: str) -> None:
    assert era.revision_of(message, Headers(protocol_version=header)).name == revision


@pytest.mark.parametrize("message", [request(), Notification("n", {}), Response(1, is_error=True)])
def test_an_unknown_version_in_the_header_alone_is_refused(message: Message) -> None:
    with pytest.raises(UnsupportedProtocolVersion):
        era.revision_of(message, Headers(protocol_version="2024-11-05"))


def test_routing_headers_do_not_make_a_request_stateless() -> None:
    """mcp-remote sends them in the handshake era as well; they need not even be true there."""
    headers = Headers(protocol_version="2025-11-25", method="tools/list", name="something")
    revision = era.revision_of(request(), headers)
    assert revision.name == "2025-11-25"
    era.check_request(request(), headers, revision, name_parameter="name")
