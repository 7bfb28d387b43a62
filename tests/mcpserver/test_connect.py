"""What each client is told to type or press, read back as that client reads it."""

import base64
import json
import shlex
from urllib.parse import parse_qs, unquote, urlsplit

from mcpserver.connect import connect

URL = "https://mcp.example.org:8443/mcp"


def test_the_link_for_vs_code_holds_its_server_as_json():
    """code.visualstudio.com, MCP developer guide: ``vscode:mcp/install?`` and the percent-encoded JSON."""
    scheme, _, rest = connect(URL).vscode_link.partition(":mcp/install?")
    assert scheme == "vscode"
    assert not set(rest) & set('"{}: &')
    assert json.loads(unquote(rest)) == {"name": "gatehouse", "type": "http", "url": URL}


def test_the_command_for_vs_code_is_one_shell_word_of_json():
    program, option, server = shlex.split(connect(URL).vscode_command)
    assert (program, option) == ("code", "--add-mcp")
    assert json.loads(server) == {"name": "gatehouse", "type": "http", "url": URL}


def test_the_link_for_cursor_holds_its_server_in_base64():
    """cursor.com/docs/mcp/install-links: ``name``, and ``config`` as Base64 of the JSON."""
    link = urlsplit(connect(URL).cursor_link)
    query = parse_qs(link.query, strict_parsing=True)
    assert (link.scheme, link.netloc, link.path) == ("cursor", "anysphere.cursor-deeplink", "/mcp/install")
    assert query["name"] == ["gatehouse"]
    assert json.loads(base64.b64decode(query["config"][0], validate=True)) == {"url": URL}


def test_base64_survives_the_query_whatever_its_letters():
    """A bare ``+`` would arrive as a blank, a bare ``=`` might end the value."""
    for length in range(40):
        url = f"https://mcp.example.org/{'~?>' * length}/mcp"
        config = parse_qs(urlsplit(connect(url).cursor_link).query)["config"][0]
        assert json.loads(base64.b64decode(config, validate=True)) == {"url": url}


def test_mcp_remote_is_started_without_a_question():
    server = json.loads(connect(URL).mcp_remote_json)["mcpServers"]["gatehouse"]
    assert [server["command"], *server["args"]] == ["npx", "-y", "mcp-remote", URL]
