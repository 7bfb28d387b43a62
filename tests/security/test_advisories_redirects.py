"""Advisories on where an answer may go: redirect URIs at registration, at ``/auth`` and at ``/token``."""

import time

import pytest

from tests.conftest import Live
from tests.support.flow import OAuthClient, connect
from tests.support.rows import granted

EVIL = "https://evil.example/callback"
HOME = "https://client.example/callback"
QUICKLY = 0.5


def assert_leads_nowhere(client: OAuthClient, redirect_uri: str, **changes: str) -> None:
    """Without a proper redirect URI there is a page, and never a redirect (RFC 6749 §4.1.2.1)."""
    answer = client.http.get(client.authorize_url(redirect_uri=redirect_uri, **changes))
    assert answer.status_code == 400, redirect_uri
    assert "location" not in answer.headers, redirect_uri


def refused_at_registration(live: Live, redirect_uri: str) -> bool:
    body = {"client_name": "Trickster", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "none"}
    answer = connect(live.url).post("/register", json=body)
    assert answer.status_code in {201, 400}
    return answer.status_code == 400


def test_cve_2025_4143_the_redirect_uri_is_checked_at_both_endpoints(live: Live) -> None:
    """workers-oauth-provider: the URI was not compared with the registered ones where the code is sent off."""
    client = OAuthClient.register(live.url, redirect_uris=[HOME])
    assert_leads_nowhere(client, EVIL)
    callback = live.browser().sign_in(client.authorize_url())
    for wrong in (EVIL, HOME + "/", HOME + "?x=1"):
        assert client.redeem(callback, redirect_uri=wrong).json()["error"] == "invalid_grant"
    assert client.redeem(callback).status_code == 200


def test_ghsa_wx5f_576r_gpcx_what_one_client_registered_serves_no_other(live: Live) -> None:
    """A dozen small servers: registration stored the URIs, and nobody read them again, or not by client."""
    victim = OAuthClient.register(live.url, redirect_uris=[HOME])
    attacker = OAuthClient.register(live.url, client_name="Attacker", redirect_uris=[EVIL])
    assert_leads_nowhere(victim, EVIL)
    assert_leads_nowhere(attacker, HOME)
    assert live.browser().sign_in(victim.authorize_url()).startswith(HOME + "?code=")


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("https://client.example/callback", "https://clientXexample/callback"),
        ("https://client.example/callback", "https://client.example/callback.evil.example"),
        ("https://client.example/callback", "https://client.example/callback/../other"),
        ("https://client.example/cb.", "https://client.example/cbX"),
        ("https://client.example/.+", "https://client.example/anything"),
        ("https://client.example/*", "https://client.example/anything"),
        ("https://*.client.example/cb", "https://evil.client.example/cb"),
    ],
)
def test_cve_2024_52289_cve_2023_6291_cve_2026_3872_no_pattern_is_ever_matched(live: Live, registered: str, asked: str) -> None:
    """authentik and Keycloak: dots, stars and expressions in a registered URI stood for more than themselves."""
    if refused_at_registration(live, registered):
        assert set(registered) & set("*+"), "a plain URI was refused"
        return
    assert_leads_nowhere(OAuthClient.register(live.url, redirect_uris=[registered]), asked)


@pytest.mark.parametrize(
    "trick",
    [
        "http://127.0.0.1:80@evil.example/callback",
        "http://localhost@evil.example/callback",
        "http://localhost:pass@evil.example:7777/callback",
        "https://client.example@evil.example/callback",
        "https://client.example%40evil.example/callback",
        "http://127.0.0.1\\@evil.example/callback",
    ],
)
def test_cve_2024_8883_and_cve_2026_28512_nobody_hides_behind_userinfo(live: Live, trick: str) -> None:
    """Keycloak and Pocket ID: ``http://127.0.0.1:80@evil.example`` passed for loopback."""
    assert refused_at_registration(live, trick)
    for home in (HOME, "http://127.0.0.1/callback", "http://localhost/callback"):
        assert_leads_nowhere(OAuthClient.register(live.url, redirect_uris=[home]), trick)


@pytest.mark.parametrize("name", ["code", "state", "iss", "error", "%63ode", "response"])
def test_cve_2026_9689_no_redirect_uri_brings_an_answer_of_its_own(live: Live, name: str) -> None:
    """Keycloak: a URI that already carried ``code`` or ``state`` made the client read the attacker's instead of ours."""
    assert refused_at_registration(live, f"{HOME}?{name}=planted")
    assert_leads_nowhere(OAuthClient.register(live.url, redirect_uris=[HOME]), f"{HOME}?{name}=planted")


@pytest.mark.parametrize("extra", ["?x=1", ";x", "#x", "/", "?"])
def test_dot_before_3_4_1_nothing_may_be_added_to_a_registered_uri(live: Live, extra: str) -> None:
    """django-oauth-toolkit: query, path parameters, userinfo and fragment were left out of the comparison."""
    assert_leads_nowhere(OAuthClient.register(live.url, redirect_uris=[HOME]), HOME + extra)


def test_cve_2022_36087_no_redirect_uri_stalls_the_server(live: Live) -> None:
    """oauthlib: a validator that went through the text again and again. Each answer is there at once, and service goes on."""
    client = OAuthClient.register(live.url, redirect_uris=[HOME])
    http = connect(live.url)
    long = ["[" * 4000, "a." * 2000, ":" * 4000, "%2e" * 1500, "/" * 4000, "1" * 4000 + ":"]
    for text in ["http://" + part + "@x/" + part for part in long]:
        started = time.monotonic()
        assert http.post("/register", json={"redirect_uris": [text]}).status_code == 400
        answer = client.http.get(client.authorize_url(redirect_uri=text[:4000]))
        assert answer.status_code in {400, 414}
        assert "location" not in answer.headers
        assert time.monotonic() - started < 2 * QUICKLY
    assert granted() == {}
    assert live.browser().sign_in(client.authorize_url()).startswith(HOME)
