"""``POST /token``: how a client says who it is and what it wants (OAuth 2.1 §2.4, §3.2; RFC 6749 §5.2)."""

import base64
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest

from oauth_bridge.models import Client, Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, connect, query

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def code_form(live: Live, client: OAuthClient) -> dict[str, str]:
    """Return a form that redeems a new code, without the client's own words about itself."""
    callback = live.browser().sign_in(client.authorize_url())
    return {
        "grant_type": "authorization_code",
        "code": query(callback)["code"],
        "redirect_uri": client.redirect_uri,
        "code_verifier": client.verifier,
    }


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def assert_error(answer: httpx2.Response, status: int, error: str, what: object = None) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error), (what, answer.text)
    assert answer.headers["cache-control"] == "no-store", what
    assert answer.headers["content-type"] == "application/json", what
    assert not {"access_token", "refresh_token"} & set(answer.json()), what


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_confidential_client_proves_itself_in_either_way(live: Live, method: str) -> None:
    client = OAuthClient.register(live.url, token_endpoint_auth_method=method)
    secret = client.client_secret or ""
    http, me = connect(live.url), {"client_id": client.client_id}
    assert http.post("/token", data=code_form(live, client), headers=basic(client.client_id, secret)).status_code == 200
    assert http.post("/token", data=code_form(live, client) | me | {"client_secret": secret}).status_code == 200
    escaped = basic(quote(client.client_id, safe=""), quote(secret, safe=""))
    assert http.post("/token", data=code_form(live, client) | me, headers=escaped).status_code == 200


def test_a_confidential_client_without_its_secret_is_nobody(live: Live) -> None:
    """RFC 6749 §5.2: 401 ``invalid_client``, with a challenge where the header was tried; the code survives it all."""
    client = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_post")
    other = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_post")
    secret, theirs = client.client_secret or "", other.client_secret or ""
    stored = Client.objects.get(client_id=client.client_id).client_secret
    form, me, http = code_form(live, client), {"client_id": client.client_id}, connect(live.url)
    for wrong in ("", "x", secret[:-1], secret + "x", secret.swapcase(), theirs, stored, stored.partition("$")[2], "\u00fc"):
        assert_error(http.post("/token", data=form | me | {"client_secret": wrong}), 401, "invalid_client", wrong)
        answer = http.post("/token", data=form, headers=basic(client.client_id, wrong))
        assert_error(answer, 401, "invalid_client", wrong)
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert "www-authenticate" not in http.post("/token", data=form | me).headers
    assert not Session.objects.exists()
    assert client.token(**form).status_code == 200


MALFORMED_HEADERS = ["Basic", "Basic !!!", "Basic " + "eA==", "Basic " + base64.b64encode(b"\xff:\xff").decode(),
     "Basic " + base64.b64encode(b"a%00:b").decode(), "Basic " + base64.b64encode(b":").decode(),
     "Bearer gth_at_" + "a" * 49, "Digest username=x", "Basic " + "A" * 20_000, "x" * 9000]  # fmt: skip


def test_a_malformed_authorization_header_is_an_unknown_client(live: Live) -> None:
    client = OAuthClient.register(live.url)
    for header in MALFORMED_HEADERS:
        answer = connect(live.url).post("/token", data={"grant_type": "refresh_token"}, headers={"Authorization": header})
        assert_error(answer, 401, "invalid_client", header[:40])
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200


def test_two_ways_at_once_are_none(live: Live) -> None:
    """RFC 6749 §2.3: one method a request; and the two must not name two clients."""
    client = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_basic")
    other = OAuthClient.register(live.url)
    secret = client.client_secret or ""
    form, http, header = code_form(live, client), connect(live.url), basic(client.client_id, secret)
    both = http.post("/token", data=form | {"client_id": client.client_id, "client_secret": secret}, headers=header)
    assert_error(both, 400, "invalid_request")
    assert_error(http.post("/token", data=form | {"client_id": other.client_id}, headers=header), 400, "invalid_request")


def test_a_public_client_must_not_send_a_secret(live: Live) -> None:
    """A client that believes in a secret which is not checked would be deceived."""
    client = OAuthClient.register(live.url)
    form, me = code_form(live, client), {"client_id": client.client_id}
    assert_error(connect(live.url).post("/token", data=form | me | {"client_secret": "x"}), 401, "invalid_client")
    assert_error(connect(live.url).post("/token", data=form, headers=basic(client.client_id, "x")), 401, "invalid_client")
    assert connect(live.url).post("/token", data=form, headers=basic(client.client_id, "")).status_code == 200


def test_an_unknown_or_disabled_client_hears_that_it_must_register_again(live: Live) -> None:
    client = OAuthClient.register(live.url)
    form, http = code_form(live, client), connect(live.url)
    for client_id in ("nobody", "' OR 1=1 --", client.client_id.upper(), client.client_id + " ", "x" * 300):
        assert_error(http.post("/token", data=form | {"client_id": client_id}), 401, "invalid_client", client_id)
    assert_error(http.post("/token", data=form), 401, "invalid_client")
    Client.objects.update(disabled_at="2020-01-01T00:00:00Z")
    assert_error(client.token(**form), 401, "invalid_client")
    Client.objects.update(disabled_at=None)
    assert client.token(**form).status_code == 200


FOREIGN_GRANTS = ["password", "client_credentials", "implicit", "urn:ietf:params:oauth:grant-type:device_code",
                                   "urn:ietf:params:oauth:grant-type:jwt-bearer", "AUTHORIZATION_CODE", "code"]  # fmt: skip


def test_a_grant_that_is_not_offered_is_refused(live: Live) -> None:
    client = OAuthClient.register(live.url)
    form = {**code_form(live, client), "username": "alice", "password": "x", "scope": "read:user"}
    for grant in FOREIGN_GRANTS:
        assert_error(client.token(**{**form, "grant_type": grant}), 400, "unsupported_grant_type", grant)
    assert not Session.objects.exists()


def test_what_is_missing_or_empty_is_named_by_no_guess(live: Live) -> None:
    """RFC 6749 §3.2: an empty parameter counts as absent."""
    client = OAuthClient.register(live.url)
    form = code_form(live, client)
    for name in ("grant_type", "code", "code_verifier"):
        for change in ({k: v for k, v in form.items() if k != name}, {**form, name: ""}):
            assert_error(client.token(**change), 400, "invalid_request", name)
    assert_error(client.token(grant_type="refresh_token"), 400, "invalid_request")
    assert client.token(**form).status_code == 200


def test_a_parameter_twice_is_refused_even_when_both_are_right(live: Live) -> None:
    """RFC 6749 §3.2. The stock library takes the first or the last, by parameter."""
    client = OAuthClient.register(live.url)
    form = {**code_form(live, client), "client_id": client.client_id}
    http = connect(live.url)
    for name in ("grant_type", "code", "code_verifier", "redirect_uri", "client_id"):
        for pair in ((name, form[name]), (name, "x"), (name, "")):
            body = urlencode([*form.items(), pair])
            assert_error(http.post("/token", content=body, headers=FORM), 400, "invalid_request", pair)
    for name in ("refresh_token", "scope", "client_secret"):
        body = urlencode([("grant_type", "refresh_token"), ("client_id", client.client_id), (name, "a"), (name, "a")])
        assert_error(http.post("/token", content=body, headers=FORM), 400, "invalid_request", name)
    assert http.post("/token", data=form).status_code == 200


def test_the_url_carries_nothing(live: Live) -> None:
    """OAuth 2.1 §3.2: parameters of a token request are in the body; those of the URL would be in every log."""
    client = OAuthClient.register(live.url)
    form = {**code_form(live, client), "client_id": client.client_id}
    http = connect(live.url)
    assert_error(http.post("/token", params=form, headers=FORM), 401, "invalid_client")
    assert_error(http.post("/token", params=form, data={"client_id": client.client_id}), 400, "invalid_request")
    assert http.get("/token", params=form).status_code == 405
    split = {name: value for name, value in form.items() if name != "code_verifier"}
    assert_error(http.post("/token", params={"code_verifier": client.verifier}, data=split), 400, "invalid_request")
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", None),
        ("text/plain", None),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded-evil", None),
        ("", None),
    ],
)
def test_only_a_form_is_read(live: Live, kind: str, body: bytes | None) -> None:
    client = OAuthClient.register(live.url)
    form: dict[str, Any] = {**code_form(live, client), "client_id": client.client_id}
    headers = {"Content-Type": kind}
    content = body or urlencode(form).encode()
    assert_error(connect(live.url).post("/token", content=content, headers=headers), 400, "invalid_request")
    plain = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert connect(live.url).post("/token", content=urlencode(form), headers=plain).status_code == 200


BAD_BYTES = [
    b"code=%00",
    b"code=a%00b",
    b"code=%0a",
    b"code=%ff",
    b"code=%c0%af",
    b"code=%",
    b"code=%zz",
    b"code=\x00",
    b"\xff\xfe=1",
    b"code=%ed%a0%80",
    b"&" * 30_000,
    b"a=" + b"b" * 33_000,
    b"&".join(b"a%d=1" % n for n in range(61)),
    b"code=" + b"x" * 31_000,
]


def test_bytes_that_no_honest_client_sends_are_refused(live: Live) -> None:
    client = OAuthClient.register(live.url)
    form = code_form(live, client)
    start = urlencode({"grant_type": "authorization_code", "client_id": client.client_id, "code_verifier": client.verifier})
    for body in BAD_BYTES:
        answer = connect(live.url).post("/token", content=start.encode() + b"&" + body, headers=FORM)
        assert answer.status_code == 400, body[:40]
        assert answer.json()["error"] in {"invalid_request", "invalid_grant"}, body[:40]
    assert client.token(**form).status_code == 200


def test_guessing_is_slowed_by_client_and_address(live: Live, settings: Any) -> None:
    """150 secrets or codes a minute from one address are not for free, whatever the address says of itself."""
    settings.RATE_TOKEN = (3, 86_400)
    client = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_post")
    http, statuses = connect(live.url), []
    for number in range(6):
        form = {"grant_type": "refresh_token", "client_id": client.client_id, "client_secret": f"guess-{number}"}
        statuses.append(http.post("/token", data=form, headers={"X-Forwarded-For": f"203.0.113.{number}"}))
    assert [answer.status_code for answer in statuses] == [401, 401, 401, 429, 429, 429]
    assert int(statuses[-1].headers["retry-after"]) > 0
    mine = {"client_id": client.client_id, "client_secret": "x", "token": "x"}
    assert http.post("/revoke", data=mine).status_code == 429
