"""The operator's pages for documents: to look at, and to say which hosts are trusted."""

import pytest

from oauth_bridge.models import Client, ClientDocument, ClientDocumentChange, ClientHost, Session
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.document_site import DocumentSite, document
from tests.support.flow import OAuthClient, connect, signed_in


@pytest.fixture
def client(live: Live, site: DocumentSite) -> OAuthClient:
    """Return a client with a document, through which Alice is signed in."""
    client = OAuthClient(connect(live.url), site.publish(document()), redirect_uri="http://127.0.0.1:7777/callback")
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200
    return client


@pytest.mark.parametrize("host", ["client.example", " https://Client.example/client.json ", "sub.client.example"])
def test_blocking_a_host_ends_the_sessions_of_its_clients_and_of_no_others(live: Live, client: OAuthClient, host: str) -> None:
    other = signed_in(live.url, live.simulator)
    operator = Operator(live)
    assert operator.post("oauth_bridge/clienthost/add/", host=host, trust="blocked", note="").status_code == 302
    is_hit = host != "sub.client.example"
    assert (client.mcp().status_code == 401) == is_hit
    assert (client.refresh().status_code == 401) == is_hit
    assert other.mcp().status_code == 200
    assert Session.objects.filter(end_reason=Session.EndReason.OPERATOR).count() == is_hit


@pytest.mark.parametrize(
    "host", ["", "localhost", "127.0.0.1", "client.example:443", "*.example", "a b", "user@client.example"]
)
def test_what_is_no_host_of_documents_is_not_taken(live: Live, host: str) -> None:
    operator = Operator(live)
    assert operator.post("oauth_bridge/clienthost/add/", host=host, trust="blocked", note="").status_code == 200
    assert not ClientHost.objects.exists()


def test_copies_and_changes_are_there_to_look_at_and_not_to_write(live: Live, client: OAuthClient) -> None:
    row = Client.objects.get(client_id=client.client_id)
    stored = ClientDocument.objects.get()
    change = ClientDocumentChange.objects.create(client=row, field="client_name", before="A", after="B", at=stored.fetched_at)
    operator = Operator(live)
    assert client.client_id in operator.page("oauth_bridge/clientdocument/")
    assert "client_name" in operator.page("oauth_bridge/clientdocumentchange/")
    for path in (f"clientdocument/{stored.pk}", f"clientdocumentchange/{change.pk}"):
        assert "csrfmiddlewaretoken" in operator.page(f"oauth_bridge/{path}/change/")
        for action in ("change", "delete"):
            answer = operator.http.post(
                f"/admin/oauth_bridge/{path}/{action}/",
                data={"csrfmiddlewaretoken": operator.http.cookies["gatehouse_csrf"], "url": "x", "post": "yes"},
                headers={"Origin": live.url},
            )
            assert answer.status_code == 403
    assert operator.http.get("/admin/oauth_bridge/clientdocument/add/").status_code == 403
    assert ClientDocument.objects.get().url == client.client_id
