"""The bodies of the wrapper's own answers. Pure: a refusal in, content type and bytes out."""

from html import escape
from http import HTTPStatus

from mcpserver.edge.rules import Refusal
from mcpserver.edge.zones import Zone
from wire import strict_json

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>{title}</title></head>
<body><main><h1>{title}</h1><p>{message}</p><p>Reference: <code>{reference}</code></p>
<p><a href="/">Start again</a></p></main></body>
</html>
"""


def refusal_body(refusal: Refusal, zone: Zone, accept: str, reference: str) -> tuple[bytes, bytes]:
    """Return ``(content type, body)``: a JSON-RPC error without id, a page where a browser asks, else OAuth's error object.

    ``reference`` is the request id, for the operator to look up.
    """
    if zone is Zone.MCP:
        error = {"code": refusal.code, "message": refusal.message, "data": {"reference": reference}}
        return b"application/json", strict_json.dumps({"jsonrpc": "2.0", "error": error})
    if "text/html" in accept:
        title = f"{refusal.status} {HTTPStatus(refusal.status).phrase}"
        page = _PAGE.format(title=title, message=escape(refusal.message.capitalize()), reference=escape(reference))
        return b"text/html; charset=utf-8", page.encode()
    body = {"error": refusal.error, "error_description": refusal.message, "reference": reference}
    return b"application/json", strict_json.dumps(body)
