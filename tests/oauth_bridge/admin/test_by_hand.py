"""A client that an operator makes: its secret is shown once, and works."""

import re

import pytest

from oauth_bridge.models import AuthEvent, Client
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import REDIRECT_URI, OAuthClient, connect, form_fields

NEW = "oauth_bridge/client/new/"


def form(operator: Operator, **changes: str) -> dict[str, str]:
    """Return the page's form, filled in."""
    handle = form_fields(operator.page(NEW))["handle"]
    return {"name": "Desk", "redirect_uris": REDIRECT_URI, "method": "client_secret_post", "handle": handle, **changes}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_it_signs_somebody_in(live: Live, method: str) -> None:
    operator = Operator(live)
    answer = operator.post(NEW, **form(operator, method=method))
    assert answer.headers["cache-control"].count("no-store")
    client_id = re.search(r'id="client-id">([0-9a-f]{32})<', answer.text)
    secret = re.search(r'id="client-secret">([^<]+)<', answer.text)
    assert client_id
    assert bool(secret) == (method != "none")
    client = OAuthClient(connect(live.url), client_id[1], secret[1] if secret else None)
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200
    assert client.refresh().status_code == 200
    row = Client.objects.get()
    assert row.registration_source == "manual"
    assert AuthEvent.objects.get(kind="client_registered").operator == "root"
    if secret:
        shown = operator.page(f"oauth_bridge/client/{row.pk}/change/") + operator.page("oauth_bridge/client/")
        assert secret[1] not in shown
        assert secret[1] not in row.client_secret


def test_the_form_sent_twice_makes_one_client_and_shows_its_secret_once(live: Live) -> None:
    operator = Operator(live)
    filled = form(operator)
    assert 'id="client-secret"' in operator.post(NEW, **filled).text
    again = operator.post(NEW, **filled).text
    assert "made already" in again
    assert 'id="client-secret"' not in again
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"redirect_uris": ""}, "This field is required"),
        ({"redirect_uris": "http://evil.example/callback"}, "No redirect URI is usable"),
        ({"redirect_uris": f"{REDIRECT_URI} javascript:alert(1)"}, "Not usable: javascript:alert(1)"),
        ({"method": "private_key_jwt"}, "Select a valid choice"),
        ({"handle": "f" * 32}, "too old"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_could_not_be_registered_is_not_made(live: Live, changes: dict[str, str], said: str) -> None:
    operator = Operator(live)
    assert said in operator.post(NEW, **form(operator, **changes)).text
    assert not Client.objects.exists()
