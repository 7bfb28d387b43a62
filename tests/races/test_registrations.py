"""Registrations at once: equal ones, and the first comer's management against a second comer's sharing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2

from oauth_bridge.models import AuthEvent, Client
from tests.conftest import Live
from tests.support.flow import connect

CALLERS, ROUNDS = 8, 5


def body_of(number: int) -> dict[str, object]:
    return {
        "client_name": f"Racing {number}",
        "redirect_uris": ["https://client.example/cb"],
        "token_endpoint_auth_method": "none",
    }


def together(callers: list[Callable[[], httpx2.Response]]) -> list[httpx2.Response]:
    with ThreadPoolExecutor(len(callers)) as pool:
        return [answer.result() for answer in [pool.submit(caller) for caller in callers]]


def test_equal_registrations_at_once_all_get_a_usable_client(live: Live) -> None:
    """Some may make a row of their own, as the first ones at the same moment; each row has one owner at most."""
    doors = [connect(live.url) for _ in range(CALLERS)]
    for number in range(ROUNDS):
        answers = together([lambda door=door: door.post("/register", json=body_of(number)) for door in doors])  # type: ignore[misc]  # noqa: B023
        assert {answer.status_code for answer in answers} == {201}
        owned = [one["client_id"] for answer in answers if "registration_access_token" in (one := answer.json())]
        assert len(owned) == len(set(owned)) == Client.objects.filter(name=f"Racing {number}").count()


def test_sharing_against_deleting_leaves_one_of_the_two(live: Live) -> None:
    """Never a client id given to somebody whose registration the first comer may still delete, or just has."""
    first_door, second_door = connect(live.url), connect(live.url)
    for number in range(ROUNDS * 2):
        first = first_door.post("/register", json=body_of(number)).json()
        headers = {"Authorization": f"Bearer {first['registration_access_token']}"}
        deleted, second = together(
            [
                lambda: first_door.delete(first["registration_client_uri"], headers=headers),  # noqa: B023
                lambda: second_door.post("/register", json=body_of(number)),  # noqa: B023
            ]
        )
        assert second.status_code == 201
        is_shared = second.json()["client_id"] == first["client_id"]
        assert deleted.status_code == (401 if is_shared else 204)
        assert Client.objects.get(client_id=second.json()["client_id"]).disabled_at is None


def test_two_deletions_at_once_are_one(live: Live) -> None:
    door = connect(live.url)
    first = door.post("/register", json=body_of(0)).json()
    headers = {"Authorization": f"Bearer {first['registration_access_token']}"}
    doors = [connect(live.url) for _ in range(CALLERS)]
    answers = together([lambda door=door: door.delete(first["registration_client_uri"], headers=headers) for door in doors])  # type: ignore[misc]
    assert sorted(answer.status_code for answer in answers) == [204] + [401] * (CALLERS - 1)
    assert AuthEvent.objects.filter(kind="client_deleted").count() == 1
