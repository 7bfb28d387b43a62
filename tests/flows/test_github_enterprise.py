"""GitHub Enterprise Server by configuration alone: two URLs, and nothing ever goes to github.com."""

from pathlib import Path

from oauth_bridge.github.simulator.server import Simulator
from tests.support.flow import Browser, OAuthClient, close_all
from tests.support.gatehouse import gatehouse


def test_a_server_of_another_name_signs_members_in(tmp_path: Path) -> None:
    """The whole product in a process of its own, with ``ALLOWED_ORGS``: exchange, account, membership, tools."""
    with Simulator() as enterprise:
        enterprise.configure(client_secret="enterprise secret")
        changes = {
            "GITHUB_URL": enterprise.url,
            "GITHUB_API_URL": enterprise.api_url,
            "GITHUB_CLIENT_ID": "enterprise",
            "GITHUB_CLIENT_SECRET": "enterprise secret",
            "ALLOWED_ORGS": "Acme/platform",
        }
        with gatehouse(tmp_path, **changes) as server:
            client = server.client("http://127.0.0.1:7777/callback")
            callback = Browser(server.url, enterprise).sign_in(client.authorize_url(), login="carol")
            assert client.redeem(callback).status_code == 200
            assert client.call("get_user_info")["structuredContent"]["login"] == "carol"
            stranger = Browser(server.url, enterprise)
            consent = stranger.consent(OAuthClient.register(server.url).authorize_url())
            sent = stranger.press(consent, "allow").headers["location"]
            assert sent.startswith(f"{enterprise.url}/login/oauth/authorize?")
            assert stranger.at_github(sent, login="alice").status_code == 403
        paths = {request.path for request in enterprise.requests}
        assert {"/login/oauth/access_token", "/api/v3/user", "/api/v3/user/memberships/orgs/Acme"} <= paths
    close_all()
