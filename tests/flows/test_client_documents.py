"""Clients that are known by their document, over real HTTP from the first page to a tool's answer and a refresh."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2
import pytest
from django.core.cache import cache
from django.db.models import F
from pytest_django import Settings

from oauth_bridge import clients, codes
from oauth_bridge.documents import requests
from oauth_bridge.models import Client, ClientDocument, ClientHost, Session
from tests.conftest import Live
from tests.support.document_site import DOCUMENTS, URL, DocumentSite, document, document_site, page
from tests.support.flow import OAuthClient, connect

JSON = {"Accept": "application/json"}
# Where each client really waits: those that publish no port take any.
WAITS = {
    "claude-code": "http://localhost:3118/callback",
    "codex": "http://127.0.0.1:43123/callback",
    "codex-callback": "http://localhost:43123/callback/abc123ABC_-x",
    "goose": "http://[::1]:41927/oauth_callback",
    "opencode": "http://127.0.0.1:19876/callback",
    "vscode": "http://127.0.0.1:51234/",
    "zed": "http://127.0.0.1:49152/callback",
}


@pytest.fixture
def site(live: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[DocumentSite]:
    """Return the internet, as far as documents go."""
    with document_site() as running:
        monkeypatch.setattr(requests, "fetcher", running.fetcher())
        yield running


def client_of(live: Live, url: str, redirect_uri: str = "http://127.0.0.1:7777/callback") -> OAuthClient:
    return OAuthClient(connect(live.url), url, redirect_uri=redirect_uri)


def ask(client: OAuthClient, **changes: str | None) -> httpx2.Response:
    return client.http.get(client.authorize_url(**changes), headers=JSON)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_real_client_signs_in_by_its_document(live: Live, site: DocumentSite, name: str) -> None:
    """AS-60, AS-71: without registering, without a secret, on the redirect URI that it really uses."""
    published = DOCUMENTS[name]
    client = client_of(live, site.publish(published), WAITS.get(name, published["redirect_uris"][0]))
    browser = live.browser()
    consent = browser.consent(client.authorize_url())
    assert published["client_name"] in consent.response.text
    assert client.client_id.split("/")[2] in consent.response.text
    assert "does not know that site" not in consent.response.text
    callback = browser.sign_in(client.authorize_url())
    assert callback.startswith(client.redirect_uri + "?")
    assert client.redeem(callback).status_code == 200
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
    assert client.refresh().status_code == 200
    assert client.mcp().status_code == 200
    assert Client.objects.get().registration_source == "cimd"
    assert [path for _, path, _ in site.requests if path != "/oauth/jwks.json"] == ["/" + client.client_id.split("/", 3)[3]]


def test_metadata_offers_what_is_served(live: Live) -> None:
    """AS-60, AS-71; RFC 8414 §2: the algorithms go with ``private_key_jwt``."""
    offered = connect(live.url).get("/.well-known/oauth-authorization-server").json()
    assert offered["client_id_metadata_document_supported"] is True
    assert {"none", "private_key_jwt"} <= set(offered["token_endpoint_auth_methods_supported"])
    for endpoint in ("token", "revocation"):
        assert offered[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] == ["RS256", "PS256", "ES256", "EdDSA"]


def test_a_site_that_nobody_knows_is_named_as_such(live: Live, site: DocumentSite) -> None:
    """AS-69. The name is the site's own word; the site is proved."""
    client = client_of(live, site.publish(document(client_name="Claude", logo_uri="https://other.example/logo.png")))
    consent = live.browser().consent(client.authorize_url())
    assert "client.example" in consent.response.text
    assert "does not know that site" in consent.response.text
    assert "logo.png" not in consent.response.text
    assert site.lookups == ["client.example"]
    ClientHost.objects.create(host="client.example", trust=ClientHost.Trust.KNOWN)
    assert "does not know that site" not in live.browser().consent(client.authorize_url()).response.text


def test_a_program_on_this_computer_is_not_proved_by_a_description(live: Live, site: DocumentSite) -> None:
    """CIMD: localhost redirects. Any local program may send a maker's document; a site that the answer goes to cannot lie."""
    local = client_of(live, site.publish(DOCUMENTS["claude-code"]), WAITS["claude-code"])
    assert "can point to any description" in live.browser().consent(local.authorize_url()).response.text
    hosted = client_of(live, site.publish(DOCUMENTS["claude"]), DOCUMENTS["claude"]["redirect_uris"][0])
    assert "can point to any description" not in live.browser().consent(hosted.authorize_url()).response.text


def test_a_registered_program_can_name_no_site_of_others_as_its_own(live: Live) -> None:
    """A registration proves nothing: it must not look like a document."""
    client = OAuthClient.register(live.url, client_name="Claude", client_uri="https://claude.ai")
    text = live.browser().consent(client.authorize_url()).response.text
    assert "description of this program" not in text
    assert "chose this name itself" in text


OUT_OF_ORDER: list[dict[str, str | None]] = [
    {"response_type": None},
    {"response_type": "token"},
    {"response_mode": "fragment"},
    {"code_challenge": None},
    {"code_challenge": "short"},
    {"code_challenge_method": "plain"},
    {"resource": "https://evil.example/mcp"},
    {"redirect_uri": "http://evil.example/callback"},
    {"redirect_uri": "javascript:alert(1)"},
    {"request": "e30.e30.x"},
    {"request_uri": "https://evil.example/x"},
    {"state": "s" * 5000},
]


def test_nothing_is_fetched_for_a_request_that_is_not_in_order(live: Live, site: DocumentSite) -> None:
    """Neither fetched nor sent anywhere, since nothing is known of where to."""
    client = client_of(live, site.publish(document()))
    for changes in OUT_OF_ORDER:
        answer = ask(client, **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), changes
        assert "location" not in answer.headers
    for twice in ("state=1&state=2", "redirect_uri=http%3A%2F%2F127.0.0.1%3A7777%2Fcallback", "response_type=code"):
        assert client.http.get(f"{client.authorize_url()}&{twice}", headers=JSON).status_code == 400
    assert (site.lookups, site.connections) == ([], 0)
    assert ask(client).status_code == 200


def test_a_known_client_hears_of_its_error_where_it_waits(live: Live, site: DocumentSite) -> None:
    """RFC 6749 §4.1.2.1: with a stored document there is a safe place, and no fetch is needed for it."""
    client = client_of(live, site.publish(document()))
    assert ask(client).status_code == 200
    ClientDocument.objects.update(fresh_until=F("fresh_until") - timedelta(days=1))
    answer = ask(client, response_type="token")
    assert answer.headers["location"].startswith(client.redirect_uri + "?error=unsupported_response_type")
    assert len(site.requests) == 1


@pytest.mark.parametrize(
    "redirect_uri", ["https://evil.example/cb", "http://127.0.0.1:7777/other", "https://client.example/callback"]
)
def test_only_a_redirect_uri_of_the_document_is_gone_to(live: Live, site: DocumentSite, redirect_uri: str) -> None:
    """AS-63."""
    client = client_of(live, site.publish(document()), redirect_uri)
    answer = ask(client)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    assert "location" not in answer.headers


def test_the_token_endpoint_fetches_no_document(live: Live, site: DocumentSite) -> None:
    """An unknown document is an unknown client there, and nobody is asked."""
    client = client_of(live, site.publish(document()))
    for path, form in (
        ("/token", {"grant_type": "authorization_code", "code": "x", "code_verifier": "y"}),
        ("/revoke", {"token": "x"}),
    ):
        answer = client.http.post(path, data={"client_id": URL, **form})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert site.connections == 0


def test_sessions_outlive_the_clients_site(live: Live, site: DocumentSite) -> None:
    """An outage of theirs must not be one of ours; new sign-ins go on from the copy, for thirty days."""
    client = client_of(live, site.publish(document()))
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200
    site.pages.clear()
    site.is_down = True
    old = timedelta(days=2)
    ClientDocument.objects.update(fetched_at=F("fetched_at") - old, fresh_until=F("fresh_until") - old)
    assert client.refresh().status_code == 200
    assert client.mcp().status_code == 200
    assert ask(client).status_code == 200
    much_older = timedelta(days=30)
    ClientDocument.objects.update(fetched_at=F("fetched_at") - much_older)
    cache.clear()
    assert client.refresh().status_code == 200
    answer = ask(client)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


UNREACHABLE = {
    "not found": page({}, status=404),
    "a redirect": page(b"", status=302, Content_Length="0", Location="http://169.254.169.254/"),
    "another type": page(b"<html>", Content_Type="text/html"),
    "too large": page(b" " * 20_000),
}


def test_a_page_does_not_tell_what_this_server_can_reach(
    live: Live, site: DocumentSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSRF: whatever went wrong on the way, a stranger reads the same."""
    client = client_of(live, URL)
    texts = set()
    for write in UNREACHABLE.values():
        site.pages["/client.json"] = write
        texts.add(_failure(client))
    monkeypatch.setattr(requests, "fetcher", site.fetcher(resolve=lambda *_: ["10.0.0.1"]))
    texts.add(_failure(client))
    monkeypatch.setattr(requests, "fetcher", site.fetcher(resolve=lambda *_: []))
    texts.add(_failure(client))
    assert len(texts) == 1
    assert not Client.objects.exists()


def _failure(client: OAuthClient) -> str:
    cache.clear()
    answer = ask(client)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "location" not in answer.headers
    text: str = answer.json()["error_description"]
    return text


def test_the_clients_maker_is_told_what_is_wrong_with_the_document(live: Live, site: DocumentSite) -> None:
    client = client_of(live, site.publish(document(client_name=None)))
    answer = ask(client)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")
    assert "client_name" in answer.json()["error_description"]
    page_text = live.browser().http.get(client.authorize_url()).text
    assert "client.example" in page_text


def test_a_blocked_host_gets_nobody_in_and_loses_who_is(live: Live, site: DocumentSite) -> None:
    client = client_of(live, site.publish(document()))
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200
    ClientHost.objects.create(host="client.example", trust=ClientHost.Trust.BLOCKED)
    answer = ask(client)
    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")
    assert client.refresh().status_code == 401
    assert Session.objects.filter(ended_at__isnull=True).count() == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_host_that_is_blocked_while_its_code_is_redeemed_gets_nothing(
    live: Live, site: DocumentSite, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The client was found good a moment ago, and the session is not there yet when blocking ends the others."""
    client = client_of(live, site.publish(document()))
    callback = live.browser().sign_in(client.authorize_url())
    check, issue = clients.authenticate, codes._issue

    def block(result: object) -> object:
        ClientHost.objects.create(host="client.example", trust=ClientHost.Trust.BLOCKED)
        return result

    if moment == "before":
        monkeypatch.setattr(clients, "authenticate", lambda *given: block(check(*given)))
    else:
        monkeypatch.setattr(codes, "_issue", lambda *given: block(issue(*given)))
    answer = client.redeem(callback)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not Session.objects.filter(ended_at__isnull=True).exists()


def test_eight_who_come_first_at_once_make_one_client(live: Live, site: DocumentSite) -> None:
    """Those who find no room are told to come again; nobody meets a fault."""
    client = client_of(live, site.publish(document()))
    url = live.url + client.authorize_url()
    with ThreadPoolExecutor(8) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda _: httpx2.get(url, headers=JSON), range(8))]
    assert set(statuses) <= {200, 503}
    assert 200 in statuses
    assert (Client.objects.count(), ClientDocument.objects.count()) == (1, 1)


def test_an_unknown_document_counts_as_a_registration(live: Live, site: DocumentSite, settings: Settings) -> None:
    """One address cannot make this server fetch from everywhere in turn; known documents are served all the same."""
    known = client_of(live, site.publish(document()))
    assert ask(known).status_code == 200
    settings.RATE_REGISTER = (3, 86_400)
    cache.clear()
    statuses = []
    for number in range(6):
        url = site.publish(document(f"https://client.example/{number}.json"))
        statuses.append(ask(client_of(live, url)).status_code)
    assert statuses == [200, 200, 200, 429, 429, 429]
    assert len(site.requests) == 4
    ClientDocument.objects.update(fresh_until=F("fresh_until") - timedelta(days=1))
    assert ask(known).status_code == 200


@pytest.mark.parametrize(
    "client_id",
    [
        *("https://client.example", "https://client.example/", "http://client.example/x", "https://localhost/x"),
        *("https://127.0.0.1/x", "https://[::1]/x", "https://client.example:8443/x", "https://user@client.example/x"),
        *("https://client.example/../x", "https://client.example/x#y", "HTTPS://client.example/x", "file:///etc/passwd"),
    ],
)
def test_an_id_that_is_no_proper_url_is_an_unknown_client(live: Live, site: DocumentSite, client_id: str) -> None:
    """AS-61."""
    answer = ask(client_of(live, client_id))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")
    assert site.connections == 0
    assert site.lookups == []


def test_documents_can_be_switched_off(live: Live, settings: Settings) -> None:
    """A server that reaches nothing but GitHub must not offer what it cannot fetch: clients register instead."""
    settings.CLIENT_DOCUMENTS = False
    answer = live.browser().http.get("/.well-known/oauth-authorization-server")
    assert answer.json()["client_id_metadata_document_supported"] is False
    asked = {"client_id": URL}
    refused = live.browser().http.get("/auth", params=asked, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
