"""A new key in front, everything sealed again, the old key away: nothing is lost, and nothing is left behind."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.test import override_settings
from django.utils import timezone

from oauth_bridge import people, resealing, sealing
from oauth_bridge.models import AuthEvent, GitHubCredential, SignInAttempt

pytestmark = pytest.mark.django_db

OLD, NEW = "an-old-encryption-key-of-enough-characters", "a-new-encryption-key-of-enough-characters"


def keys(*values: str) -> override_settings:
    return override_settings(ENCRYPTION_KEYS=list(values))


def fill(count: int = 3) -> None:
    """Store secrets of every kind; every second credential has no refresh token."""
    person = people.find_or_create(1001, login="alice", name="", is_admin=False)
    for number in range(count):
        refresh = sealing.seal(f"ghr_{number}") if number % 2 else None
        GitHubCredential.objects.create(
            person=person, scope=str(number), sealed_token=sealing.seal(f"gho_{number}"), sealed_refresh_token=refresh
        )
        SignInAttempt.objects.create(
            state_checksum=str(number),
            browser_checksum="b",
            scope="",
            sealed_code_verifier=sealing.seal(f"verifier-{number}"),
            expires_at=timezone.now() + timedelta(minutes=10),
        )


def secrets() -> list[str]:
    rows = GitHubCredential.objects.order_by("pk")
    found = [sealing.unseal(bytes(row.sealed_token)) for row in rows]
    found += [sealing.unseal(bytes(row.sealed_refresh_token)) for row in rows if row.sealed_refresh_token]
    return found + [sealing.unseal(bytes(row.sealed_code_verifier)) for row in SignInAttempt.objects.order_by("pk")]


def test_every_sealed_column_is_known() -> None:
    """A new one that nobody adds to the table would become unreadable when the old key goes."""
    there = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.BinaryField) and field.name.startswith("sealed_")
    }
    assert there == {(model, column) for model, columns in resealing.SEALED for column in columns}


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_after_resealing_the_old_key_can_go(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(resealing, "BATCH", batch)
    with keys(OLD):
        fill()
        before = secrets()
    with keys(NEW, OLD):
        assert secrets() == before
        assert resealing.reseal() == resealing.Count(resealed=7, current=0, unreadable=0)
        assert resealing.reseal() == resealing.Count(resealed=0, current=7, unreadable=0)
    with keys(NEW):
        assert secrets() == before
    with keys(OLD), pytest.raises(sealing.Unsealable):
        secrets()


def test_resealing_is_written_down_without_a_secret() -> None:
    with keys(OLD):
        fill(1)
    with keys(NEW, OLD):
        resealing.reseal()
    event = AuthEvent.objects.get()
    assert (event.kind, event.detail) == ("keys_rotated", {"resealed": 2, "already_current": 0, "unreadable": 0})


def test_what_opens_with_no_key_is_left_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    with keys(OLD):
        fill(1)
    with keys(NEW):
        with pytest.raises(CommandError, match="2 open with none of ENCRYPTION_KEYS"):
            call_command("reseal")
    with keys(OLD):
        assert secrets() == ["gho_0", "verifier-0"]


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    with keys(OLD):
        fill(1)
    with keys(NEW, OLD):
        call_command("reseal")
    assert capsys.readouterr().out == "2 sealed again, 0 under the first key already.\n"
