"""What is ended at one replica is refused at both within a second, though both have just verified the caller (G9)."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from oauth_bridge.models import AllowRule, Client, Person, Session
from tests.conftest import Live
from tests.support.desk import Desk
from tests.support.flow import OAuthClient, form_fields, signed_in
from tests.support.replicas import House

PASSWORD = "the password of an operator of replicas"
ALIVE = [200, 200]

End = Callable[[House, OAuthClient], None]


def desk(house: House) -> Desk:
    """Return an operator at the first replica."""
    # Hashed as in production: tests have a hasher of their own, which the replicas do not know.
    password = PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-test")
    Person.objects.create(username="root", password=password, is_staff=True, is_superuser=True)
    return Desk(house.url, login="root", password=PASSWORD)


def press(house: House, table: str, action: str, key: object) -> None:
    """Run an action of the admin on one row."""
    operator, path = desk(house), f"/admin/oauth_bridge/{table}/"
    form = {"csrfmiddlewaretoken": form_fields(operator.page(path))["csrfmiddlewaretoken"], "action": action, "index": "0"}
    assert operator.http.post(path, data={**form, "_selected_action": str(key)}).status_code == 302


def end_the_session(house: House, client: OAuthClient) -> None:
    press(house, "session", "end_sessions", Session.objects.get(client__client_id=client.client_id).pk)


def remove_the_rule(house: House, client: OAuthClient) -> None:
    operator, path = desk(house), f"/admin/oauth_bridge/allowrule/{AllowRule.objects.get(login='alice').pk}/delete/"
    form = {"csrfmiddlewaretoken": form_fields(operator.page(path))["csrfmiddlewaretoken"], "post": "yes"}
    assert operator.http.post(path, data=form).status_code == 302


def switch_the_client_off(house: House, client: OAuthClient) -> None:
    press(house, "client", "switch_off", Client.objects.get(client_id=client.client_id).pk)


def switch_the_person_off(house: House, client: OAuthClient) -> None:
    press(house, "person", "switch_off", Person.objects.get(login="alice").pk)


def revoke_the_refresh_token(house: House, client: OAuthClient) -> None:
    revoke(client, "refresh_token")


def revoke_the_access_token(house: House, client: OAuthClient) -> None:
    revoke(client, "access_token")


def revoke(client: OAuthClient, name: str) -> None:
    form = {"client_id": client.client_id, "token": client.tokens[name]}
    assert client.http.post("/revoke", data=form).status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        end_the_session,
        remove_the_rule,
        switch_the_client_off,
        switch_the_person_off,
        revoke_the_refresh_token,
        revoke_the_access_token,
    ],
)
def test_what_is_ended_at_one_replica_is_refused_at_both(house: House, town: Live, end: End) -> None:
    """Access token and refresh token, at each of them; somebody else's session goes on."""
    AllowRule.objects.create(login="bob")
    client = signed_in(town.url, town.simulator, client_name="Alice's")
    other = signed_in(town.url, town.simulator, login="bob", client_name="Bob's")
    assert house.statuses(client) == house.statuses(other) == ALIVE
    end(house, client)
    house.refuse_within_a_second(client)
    for number in range(len(house.replicas)):
        answer = house.at(number, client).refresh()
        assert answer.status_code in {400, 401}
        assert answer.json()["error"] in {"invalid_grant", "invalid_client"}
    assert Session.objects.get(client__client_id=client.client_id).ended_at is not None
    assert house.statuses(other) == ALIVE


def test_a_client_that_deletes_itself_is_gone_everywhere(house: House, town: Live) -> None:
    """RFC 7592 §2.3: its registration, and with it all that it was given."""
    body = {
        "redirect_uris": ["http://127.0.0.1:7777/callback"],
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    known = house.door(0).post("/register", json=body).json()
    client = OAuthClient(house.door(0), known["client_id"], known["client_secret"])
    url = client.authorize_url(resource=f"{house.url}/mcp")
    assert client.redeem(town.browser().sign_in(url)).status_code == 200
    assert house.statuses(client) == ALIVE
    bearer = {"Authorization": f"Bearer {known['registration_access_token']}"}
    assert house.door(0).delete(f"/register/{client.client_id}", headers=bearer).status_code == 204
    house.refuse_within_a_second(client)
    for number in range(len(house.replicas)):
        assert house.at(number, client).refresh().json()["error"] == "invalid_client"
