"""What to type, paste or press to connect each known client. Pure: the MCP URL in, texts out."""

import base64
import json
from dataclasses import dataclass
from urllib.parse import quote, urlencode

NAME = "gatehouse"


@dataclass(frozen=True, slots=True)
class Connect:
    """One text a snippet: commands for a shell, JSON for a settings file, links that open an installed editor."""

    claude_code: str
    vscode_link: str
    vscode_command: str
    vscode_json: str
    cursor_link: str
    cursor_json: str
    inspector: str
    mcp_remote_json: str


def connect(mcp_url: str) -> Connect:
    """Return every client's snippet for ``mcp_url`` (absolute, from configuration, hence free of quotes and spaces)."""
    vscode_server = _compact({"name": NAME, "type": "http", "url": mcp_url})
    # VS Code wants the JSON percent-encoded as encodeURIComponent does; Cursor wants Base64, itself percent-encoded.
    cursor_server = base64.b64encode(_compact({"url": mcp_url}).encode()).decode()
    cursor_query = urlencode({"name": NAME, "config": cursor_server}, quote_via=quote)
    return Connect(
        claude_code=f"claude mcp add --transport http {NAME} {mcp_url}",
        vscode_link=f"vscode:mcp/install?{quote(vscode_server, safe='')}",
        vscode_command=f"code --add-mcp '{vscode_server}'",
        vscode_json=_pretty({"servers": {NAME: {"type": "http", "url": mcp_url}}}),
        cursor_link=f"cursor://anysphere.cursor-deeplink/mcp/install?{cursor_query}",
        cursor_json=_pretty({"mcpServers": {NAME: {"url": mcp_url}}}),
        inspector="npx @modelcontextprotocol/inspector",
        mcp_remote_json=_pretty({"mcpServers": {NAME: {"command": "npx", "args": ["-y", "mcp-remote", mcp_url]}}}),
    )


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2)
