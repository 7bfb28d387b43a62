"""A product is told by hosts, and never by a name."""

import pytest

from oauth_bridge.protocol import known_clients

CLAUDE, CHATGPT = "https://claude.ai/api/mcp/auth_callback", "https://chatgpt.com/connector_platform_oauth_redirect"
LOOPBACK = "http://127.0.0.1:33418/"


@pytest.mark.parametrize(
    ("document_host", "redirect_uris", "name", "is_proven"),
    [
        (None, [CLAUDE], "Claude", True),
        (None, ["https://claude.com/api/mcp/auth_callback"], "Claude", True),
        (None, [CHATGPT], "ChatGPT", True),
        (None, [LOOPBACK, "https://vscode.dev/redirect"], "VS Code", True),
        (None, ["https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect"], "VS Code", True),
        (None, ["cursor://anysphere.cursor-mcp/oauth/callback"], "Cursor", False),
        (None, ["vscode://a/b", "https://vscode.dev/redirect"], "VS Code", True),
        ("claude.ai", [LOOPBACK], "Claude", True),
        # A document speaks for its host alone, wherever its answers go.
        ("evil.example", [CLAUDE], None, None),
        ("notclaude.ai", [], None, None),
        ("claude.ai.evil.example", [], None, None),
        (None, [CLAUDE, "https://evil.example/callback"], None, None),
        (None, [CLAUDE, "cursor://a/b"], None, None),
        (None, [CLAUDE, CHATGPT], None, None),
        (None, [CLAUDE, "not a redirect uri"], None, None),
        (None, ["https://claude.ai.evil.example/callback"], None, None),
        (None, ["https://evil.example/?u=https://claude.ai/"], None, None),
        (None, [LOOPBACK], None, None),
        (None, [], None, None),
        (None, ["com.example.app:/callback"], None, None),
    ],
)
def test_a_product_is_told_by_its_hosts(
    document_host: str | None, redirect_uris: list[str], name: str | None, is_proven: bool | None
) -> None:
    found = known_clients.recognise(document_host, redirect_uris)
    assert (found and found.name, found.is_proven if found else None) == (name, is_proven)
