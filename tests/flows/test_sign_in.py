"""MCP authorization, from the 401 to the answer of a tool."""

from tests.conftest import Live
from tests.support.flow import OAuthClient, query, signed_in


def test_a_client_finds_its_way_from_the_401_to_a_tool(live: Live) -> None:
    client = OAuthClient.register(live.url)
    refused = client.http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert refused.status_code == 401
    assert f'resource_metadata="{live.url}/.well-known/oauth-protected-resource/mcp"' in refused.headers["www-authenticate"]
    resource = client.http.get("/.well-known/oauth-protected-resource/mcp").json()
    assert resource["resource"] == f"{live.url}/mcp"
    server = client.http.get("/.well-known/oauth-authorization-server").json()
    assert server["issuer"] == live.url == resource["authorization_servers"][0]

    callback = live.browser().sign_in(client.authorize_url(), login="alice")
    assert callback.startswith(client.redirect_uri + "?")
    assert query(callback) == {"code": query(callback)["code"], "state": "state-1", "iss": live.url}
    answer = client.redeem(callback)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
    assert client.call("calculate", operation="power", a=7, b=8)["structuredContent"]["result"] == "5764801"
    assert client.call("get_github_repos", limit=3)["structuredContent"]["repositories"]


def test_a_second_client_needs_no_second_trip_to_github(live: Live) -> None:
    browser = live.browser()
    first, second = OAuthClient.register(live.url), OAuthClient.register(live.url)
    browser.sign_in(first.authorize_url(), login="alice")
    answer = browser.press(browser.consent(second.authorize_url()), "allow")
    assert answer.headers["location"].startswith(second.redirect_uri)
    assert second.redeem(answer.headers["location"]).status_code == 200


def test_a_refresh_gives_a_new_pair(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    before = dict(client.tokens)
    assert client.refresh().status_code == 200
    assert client.tokens["access_token"] != before["access_token"]
    assert client.mcp().status_code == 200
