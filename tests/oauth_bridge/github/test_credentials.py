"""GitHub's tokens that expire (GitHub Apps): renewed once, in time, and dead when GitHub says so."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from oauth_bridge import people, sealing
from oauth_bridge.github import api, credentials, leases
from oauth_bridge.github.simulator.server import Simulator
from oauth_bridge.models import AuthEvent, Client, GitHubCredential, Person, Session

pytestmark = pytest.mark.django_db

EXCHANGE = "/login/oauth/access_token"


def alice() -> Person:
    return people.find_or_create(1001, login="alice", name="", is_admin=False)


def credential(simulator: Simulator, *, expires_in: int | None = 28_800, scope: str = "read:user") -> GitHubCredential:
    """Return a credential with a pair that GitHub gave a moment ago."""
    simulator.configure(expiring_tokens=True)
    access, refresh = simulator.state.issue(1001, "test-client", frozenset({"read:user"}))
    answer = {
        "access_token": access,
        "refresh_token": refresh,
        "expires_in": expires_in,
        "refresh_token_expires_in": 15_897_600,
    }
    return credentials.store(alice(), scope, answer)


def session_of(row: GitHubCredential) -> str:
    client = Client.objects.get_or_create(client_id="c")[0]
    now = timezone.now()
    times = {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=1)}
    made = Session.objects.create(person=row.person, client=client, credential=row, scope="read:user", resource="r", **times)
    return str(made.pk)


def exchanges(simulator: Simulator) -> int:
    return sum(request.path == EXCHANGE for request in simulator.requests)


def works(simulator: Simulator, token: str) -> bool:
    return simulator.state.live_token(token) is not None


def test_a_token_with_time_left_is_given_as_it_is(simulator: Simulator) -> None:
    row = credential(simulator)
    assert credentials.token_of(row) == sealing.unseal(bytes(row.sealed_token))
    assert exchanges(simulator) == 0


@pytest.mark.parametrize("expires_in", [299, 1])
def test_a_token_near_its_end_is_renewed_and_both_parts_are_kept(simulator: Simulator, expires_in: int) -> None:
    row = credential(simulator, expires_in=expires_in)
    before = sealing.unseal(bytes(row.sealed_token)), sealing.unseal(bytes(row.sealed_refresh_token or b""))
    token = credentials.access_token(session_of(row))
    row.refresh_from_db()
    after = sealing.unseal(bytes(row.sealed_token)), sealing.unseal(bytes(row.sealed_refresh_token or b""))
    assert after[0] == token
    assert set(before).isdisjoint(after)
    assert works(simulator, token)
    assert row.expires_at is not None
    assert row.expires_at > timezone.now() + timedelta(hours=7)
    assert row.refresh_expires_at is not None
    # And the new refresh token is good in its turn.
    GitHubCredential.objects.update(expires_at=timezone.now())
    row.refresh_from_db()
    assert works(simulator, credentials.token_of(row))


def test_a_row_that_was_read_before_another_process_renewed_it_is_not_renewed_again(simulator: Simulator) -> None:
    stale = credential(simulator, expires_in=60)
    token = credentials.token_of(GitHubCredential.objects.get())
    assert credentials.token_of(stale) == token
    assert exchanges(simulator) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_calls_at_once_ask_github_once(simulator: Simulator) -> None:
    """The refresh token works once: whoever asks second with it would kill the first one's pair."""
    row = credential(simulator, expires_in=60)
    session_id, start = session_of(row), threading.Barrier(8)
    simulator.fault(EXCHANGE, "slow", seconds=0.3)

    def call(_: int) -> str:
        try:
            start.wait(10)
            return credentials.access_token(session_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(call, range(8)))
    assert exchanges(simulator) == 1
    assert len(tokens) == 1
    assert works(simulator, tokens.pop())
    assert GitHubCredential.objects.get().dead_at is None


def test_a_refresh_token_that_github_refuses_is_the_end(simulator: Simulator) -> None:
    row = credential(simulator, expires_in=60)
    simulator.revoke("alice")
    for _ in range(2):
        with pytest.raises(credentials.CredentialUnavailable):
            credentials.token_of(row)
        row.refresh_from_db()
    assert row.dead_at is not None
    assert exchanges(simulator) == 1
    event = AuthEvent.objects.get()
    assert (event.kind, event.person_id) == ("credential_died", row.person_id)


def test_a_github_that_is_away_costs_nothing_while_the_old_token_is_good(simulator: Simulator) -> None:
    row = credential(simulator, expires_in=60)
    simulator.fault(EXCHANGE, "status", status=503)
    assert works(simulator, credentials.token_of(row))
    GitHubCredential.objects.update(expires_at=timezone.now())
    row.refresh_from_db()
    simulator.fault(EXCHANGE, "status", status=503)
    with pytest.raises(api.Unavailable):
        credentials.token_of(row)
    row.refresh_from_db()
    assert row.dead_at is None
    assert works(simulator, credentials.token_of(row))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_while_github_thinks(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the row, on which a sign-in would wait, nor a connection of the pool, which all others need."""
    row, ask, seen = credential(simulator, expires_in=60), api.refresh, []

    def refresh(token: str, *, until: float) -> dict[str, object]:
        seen.append((connection.in_atomic_block, leases.is_held(GitHubCredential.objects.get())))
        return ask(token, until=until)

    monkeypatch.setattr(api, "refresh", refresh)
    assert works(simulator, credentials.token_of(row))
    assert seen == [(False, True)]
    assert GitHubCredential.objects.get().renewing_until is None


def lease_of_another_process(row: GitHubCredential, *, ends_in: float) -> None:
    row.renewing_until = timezone.now() + timedelta(seconds=ends_in)
    row.save(update_fields=["renewing_until"])


def test_while_another_process_asks_an_old_token_is_used_as_long_as_it_is_good(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "SECONDS", 0.1)
    row = credential(simulator, expires_in=60)
    lease_of_another_process(row, ends_in=10)
    assert works(simulator, credentials.token_of(row))
    GitHubCredential.objects.update(expires_at=timezone.now())
    row.refresh_from_db()
    with pytest.raises(api.Unavailable):
        credentials.token_of(row)
    assert exchanges(simulator) == 0


def test_a_process_that_died_while_it_asked_stops_the_others_for_seconds(simulator: Simulator) -> None:
    row = credential(simulator, expires_in=60)
    lease_of_another_process(row, ends_in=-1)
    assert works(simulator, credentials.token_of(row))
    assert exchanges(simulator) == 1
    assert leases.SECONDS > api.SECONDS


def test_a_token_that_is_refused_while_it_is_renewed_is_not_the_end(simulator: Simulator) -> None:
    """GitHub ends the old one with the exchange, before the new one is stored here."""
    row = credential(simulator, expires_in=60)
    lease_of_another_process(row, ends_in=10)
    token = sealing.unseal(bytes(row.sealed_token))
    credentials.refused(row, token)
    assert GitHubCredential.objects.get().dead_at is None
    lease_of_another_process(row, ends_in=-1)
    credentials.refused(row, token)
    assert GitHubCredential.objects.get().dead_at is not None


@pytest.mark.parametrize("is_refused", [False, True])
def test_an_answer_that_comes_after_a_new_sign_in_changes_nothing(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, *, is_refused: bool
) -> None:
    row, newer = credential(simulator, expires_in=60), []

    def refresh(_token: str, *, until: float) -> dict[str, object]:
        newer.append(credential(simulator))
        if is_refused:
            raise api.TokenRefused
        return {"access_token": "ghu_late", "refresh_token": "ghr_late", "expires_in": 28_800}

    monkeypatch.setattr(api, "refresh", refresh)
    assert credentials.token_of(row) == sealing.unseal(bytes(newer[0].sealed_token))
    assert GitHubCredential.objects.get().dead_at is None


def test_a_refusal_counts_only_for_who_still_may_ask(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that slept for too long finds its refresh token used, by the one that asked after it."""
    row = credential(simulator, expires_in=60)

    def refresh(_token: str, *, until: float) -> dict[str, object]:
        lease_of_another_process(GitHubCredential.objects.get(), ends_in=10)
        raise api.TokenRefused

    monkeypatch.setattr(api, "refresh", refresh)
    credentials.token_of(row)
    found = GitHubCredential.objects.get()
    assert found.dead_at is None
    assert leases.is_held(found)


def test_what_has_expired_and_cannot_be_renewed_is_of_no_use(simulator: Simulator) -> None:
    row = credential(simulator)
    assert credentials.is_usable(row)
    row.expires_at = timezone.now()
    assert credentials.is_usable(row)
    row.refresh_expires_at = timezone.now()
    assert not credentials.is_usable(row)
    row.refresh_expires_at, row.sealed_refresh_token = None, None
    assert not credentials.is_usable(row)


def test_a_refused_token_kills_its_credential_and_no_newer_one(simulator: Simulator) -> None:
    """A call that was under way with the old token must not undo the renewal."""
    row = credential(simulator, expires_in=60)
    session_id = session_of(row)
    old = sealing.unseal(bytes(row.sealed_token))
    new = credentials.access_token(session_id)
    credentials.mark_dead(session_id, old)
    credentials.mark_dead(session_id, "")
    assert GitHubCredential.objects.get().dead_at is None
    credentials.mark_dead(session_id, new)
    credentials.mark_dead(session_id, new)
    assert GitHubCredential.objects.get().dead_at is not None
    assert AuthEvent.objects.get().detail == {"reason": "GitHub refused the token"}


def test_a_token_of_another_account_ends_the_sessions_that_depend_on_it(simulator: Simulator) -> None:
    row, other = credential(simulator), credential(simulator, scope="repo")
    mine, apart = session_of(row), session_of(other)
    credentials.wrong_account(mine)
    assert Session.objects.get(pk=mine).end_reason == Session.EndReason.UPSTREAM
    assert Session.objects.get(pk=apart).ended_at is None
    assert [one.dead_at is None for one in GitHubCredential.objects.order_by("pk")] == [False, True]


def test_an_ended_session_has_no_token(simulator: Simulator) -> None:
    session_id = session_of(credential(simulator))
    Session.objects.update(ended_at=timezone.now())
    with pytest.raises(credentials.CredentialUnavailable):
        credentials.access_token(session_id)


@pytest.mark.parametrize("seconds", [None, 0, -5, "x", "-1", "9" * 5000, 10**12, True, 1.5, [], "\u0663"])
def test_an_expiry_that_is_none_is_taken_for_none(seconds: object) -> None:
    assert credentials._after(timezone.now(), seconds) is None


@pytest.mark.parametrize("seconds", [28_800, "28800"])
def test_an_expiry_counts_from_now(seconds: object) -> None:
    now = timezone.now()
    assert credentials._after(now, seconds) == now + timedelta(hours=8)


def test_the_newest_credential_with_the_scope_comes_first(simulator: Simulator) -> None:
    """One of a GitHub App names no scope, and may hold the right."""
    credential(simulator, scope="read:user")
    first = credential(simulator, scope="read:org read:user")
    second = credential(simulator, scope="")
    assert [row.pk for row in credentials.with_scope(alice(), "read:org")] == [second.pk, first.pk]
    GitHubCredential.objects.filter(pk=second.pk).update(dead_at=timezone.now())
    assert [row.pk for row in credentials.with_scope(alice(), "read:org")] == [first.pk]
