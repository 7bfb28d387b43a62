import json

from mcpserver.edge import rules
from mcpserver.edge.answers import refusal_body
from mcpserver.edge.rules import Refusal
from mcpserver.edge.zones import Zone


def test_mcp_gets_a_json_rpc_error_without_id() -> None:
    """MCP basic/transports/streamable-http: the body of a 403 may be a JSON-RPC error without `id`."""
    content_type, body = refusal_body(rules.INTERNAL, Zone.MCP, "text/html", "r1")
    assert content_type == b"application/json"
    assert json.loads(body) == {
        "jsonrpc": "2.0",
        "error": {"code": -32603, "message": "internal error", "data": {"reference": "r1"}},
    }


def test_a_program_gets_oauths_error_object() -> None:
    """RFC 6749 §5.2."""
    content_type, body = refusal_body(rules.BUSY, Zone.OPEN, "*/*", "r1")
    assert content_type == b"application/json"
    assert json.loads(body) == {
        "error": "temporarily_unavailable",
        "error_description": "the server is busy: try again in a moment",
        "reference": "r1",
    }


def test_a_browser_gets_a_page_with_the_reference_and_nothing_executable() -> None:
    refusal = Refusal(400, "invalid_request", -32600, "a <script> & more")
    content_type, body = refusal_body(refusal, Zone.PAGE, "text/html,application/xhtml+xml", "r1")
    assert content_type == b"text/html; charset=utf-8"
    assert b"A &lt;script&gt; &amp; more" in body
    assert b"<code>r1</code>" in body
    assert b"<title>400 Bad Request</title>" in body
    assert b"<script" not in body
