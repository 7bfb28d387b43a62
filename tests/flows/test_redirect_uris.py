"""Where an answer may go (OAuth 2.1 §2.3.1, RFC 8252 §7.3): equal to a registered URI, but for a loopback port."""

from tests.conftest import Live
from tests.support.flow import OAuthClient, query

JSON = {"Accept": "application/json"}
WEB = "https://client.example/cb?tenant=1"
TRICKS = [
    "https://evil.example/cb?tenant=1",
    "https://client.example/cb",
    "https://client.example/cb?tenant=1&more=1",
    "https://client.example/cb?tenant=1&",
    "https://client.example/cb?tenant=2",
    "https://client.example/cb?tenant=1#",
    "https://client.example/cb?tenant=1#@evil.example",
    "https://client.example/cb/?tenant=1",
    "https://client.example/cb/../other?tenant=1",
    "https://client.example/cb/%2e%2e/?tenant=1",
    "https://client.example/c%62?tenant=1",
    "https://client.example/cb;x?tenant=1",
    "https://client.example/CB?tenant=1",
    "https://CLIENT.example/cb?tenant=1",
    "HTTPS://client.example/cb?tenant=1",
    "http://client.example/cb?tenant=1",
    "https://client.example:443/cb?tenant=1",
    "https://client.example:8443/cb?tenant=1",
    "https://client.example./cb?tenant=1",
    "https://client.example.evil.example/cb?tenant=1",
    "https://evil.example/https://client.example/cb?tenant=1",
    "https://evil.example\\client.example/cb?tenant=1",
    "https://client.example\\@evil.example/cb?tenant=1",
    "https://client.example@evil.example/cb?tenant=1",
    "https://client.example:80@evil.example/cb?tenant=1",
    "https://client.example%40evil.example/cb?tenant=1",
    "https://client.example%2f@evil.example/cb?tenant=1",
    "https://evil.example#https://client.example/cb?tenant=1",
    "https://sub.client.example/cb?tenant=1",
    "https://*.example/cb?tenant=1",
    "//client.example/cb?tenant=1",
    "/cb?tenant=1",
    "cb",
    "https:client.example/cb?tenant=1",
    "https:/client.example/cb?tenant=1",
    " https://client.example/cb?tenant=1",
    "https://client.example/cb?tenant=1 ",
    "https://client.example/cb?tenant=1 https://evil.example/",
    "https://client.example/cb?tenant=1,https://evil.example/",
    "https://cl\u0456ent.example/cb?tenant=1",
    "javascript:alert(1)//https://client.example/cb?tenant=1",
    "data:text/html,<script>alert(1)</script>",
    "com.example.app:/cb",
]
CONTROL = ["https://client.example/cb?tenant=1\x00", "https://client.example/cb?tenant=1\r\nLocation: https://evil.example"]


def test_no_trick_leads_anywhere_but_home(live: Live) -> None:
    """CVE-2024-8883, CVE-2023-6291 and their kind: what is not equal gets a page, never a redirect."""
    client = OAuthClient.register(live.url, redirect_uris=[WEB])
    for trick in TRICKS + CONTROL:
        # An error in the rest of the request must not open a way round the check.
        for more in ({}, {"response_type": "token"}, {"resource": "https://evil.example"}):
            answer = client.http.get(client.authorize_url(redirect_uri=trick, **more), headers=JSON)
            assert answer.status_code == 400, (trick, answer.headers.get("location"))
            assert "location" not in answer.headers, trick
            assert answer.json()["error"] in {"invalid_redirect_uri", "invalid_request"}
    callback = live.browser().sign_in(client.authorize_url())
    assert callback.startswith(WEB + "&code=")
    assert client.redeem(callback).status_code == 200


LOOPBACK_TRICKS = [
    "http://localhost:7777/callback",
    "http://[::1]:7777/callback",
    "http://127.0.0.2:7777/callback",
    "http://127.1:7777/callback",
    "http://2130706433:7777/callback",
    "http://0x7f000001:7777/callback",
    "http://0.0.0.0:7777/callback",
    "http://127.0.0.1:7777/callback/",
    "http://127.0.0.1:7777/callback?x=1",
    "http://127.0.0.1:7777/Callback",
    "http://127.0.0.1:7777/",
    "https://127.0.0.1:7777/callback",
    "http://127.0.0.1:99999/callback",
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:/callback",
    "http://127.0.0.1:7777@evil.example/callback",
    "http://127.0.0.1:7777.evil.example/callback",
    "http://127.0.0.1.evil.example:7777/callback",
]


def test_a_loopback_client_may_change_its_port_and_nothing_else(live: Live) -> None:
    """RFC 8252 §7.3, OAuth 2.1 §8.4.2; ``localhost`` is not the address it usually stands for."""
    client = OAuthClient.register(live.url, redirect_uris=["http://127.0.0.1/callback"])
    for trick in LOOPBACK_TRICKS:
        answer = client.http.get(client.authorize_url(redirect_uri=trick), headers=JSON)
        assert answer.status_code == 400, (trick, answer.headers.get("location"))
    sent = "http://127.0.0.1:51234/callback"
    callback = live.browser().sign_in(client.authorize_url(redirect_uri=sent))
    assert callback.startswith(sent + "?")
    for other in ("http://127.0.0.1/callback", "http://127.0.0.1:51235/callback"):
        assert client.redeem(callback, redirect_uri=other).json()["error"] == "invalid_grant"
    assert client.redeem(callback, redirect_uri=sent).status_code == 200


def test_a_client_with_several_uris_must_say_which(live: Live) -> None:
    """RFC 6749 §3.1.2.3; with one there is nothing to choose, and none has to be sent to the token endpoint."""
    several = OAuthClient.register(live.url, redirect_uris=["https://client.example/a", "https://client.example/b"])
    for nothing in (None, ""):
        assert several.http.get(several.authorize_url(redirect_uri=nothing), headers=JSON).status_code == 400
    one = OAuthClient.register(live.url)
    callback = live.browser().sign_in(one.authorize_url(redirect_uri=None))
    assert callback.startswith(one.redirect_uri + "?")
    form = {"grant_type": "authorization_code", "code": query(callback)["code"], "code_verifier": one.verifier}
    assert one.token(**form).status_code == 200


def test_the_uri_of_another_client_is_foreign(live: Live) -> None:
    """GHSA-wx5f-576r-gpcx: what was registered is read back for the very client that asks."""
    mine = OAuthClient.register(live.url, redirect_uris=["https://mine.example/cb"])
    OAuthClient.register(live.url, redirect_uris=["https://theirs.example/cb"])
    answer = mine.http.get(mine.authorize_url(redirect_uri="https://theirs.example/cb"), headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


def test_an_app_is_opened_by_its_own_scheme(live: Live) -> None:
    """RFC 8252 §7.1: VS Code and Cursor register such; the redirect goes there and the code works."""
    uri = "cursor://anysphere.cursor-mcp/oauth/callback"
    client = OAuthClient.register(live.url, redirect_uris=[uri])
    callback = live.browser().sign_in(client.authorize_url())
    assert callback.startswith(uri + "?code=")
    assert client.redeem(callback).status_code == 200
