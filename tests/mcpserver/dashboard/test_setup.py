"""The set-up guide: each step by what makes it done."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Http
from django.utils import timezone
from pytest_django import Settings

from mcpserver.dashboard import setup_steps
from oauth_bridge import sealing
from oauth_bridge.models import AllowRule, AuthEvent, Client, GitHubCredential, Person, Session

NOW = timezone.now()


def states() -> dict[str, bool]:
    return {step.key: step.is_done for step in setup_steps.steps()}


def somebody() -> Person:
    return Person.objects.create(username="github:1", login="alice", github_id=1)


def session() -> None:
    client = Client.objects.create(name="Claude", client_id="c")
    times = {"created_at": NOW, "last_used_at": NOW, "expires_at": NOW}
    Session.objects.create(person=somebody(), client=client, scope="", resource="", **times)


@pytest.mark.parametrize(
    ("key", "do"),
    [
        ("people", lambda: AllowRule.objects.create(login="alice")),
        ("sign-in", lambda: AuthEvent.objects.create(at=NOW, kind=AuthEvent.Kind.SIGNED_IN, request_id="r")),
        ("client", session),
    ],
)
def test_a_step_is_done_when_it_was_done(db: None, key: str, do: Callable[[], object]) -> None:
    before = states()
    assert not before[key]
    do()
    assert states() == {**before, key: True}


def test_a_rule_that_expired_lets_nobody_in(db: None) -> None:
    AllowRule.objects.create(login="alice", expires_at=NOW - timedelta(days=1))
    assert not states()["people"]


@pytest.mark.parametrize(
    ("key", "name", "done", "to_do"),
    [
        ("address", "PUBLIC_URL", "https://mcp.example.org", "http://localhost:8000"),
        ("keys", "DEVELOPMENT", False, True),
        ("github", "GITHUB_SIMULATOR", False, True),
        ("people", "ALLOW_EVERYONE", True, False),
    ],
)
def test_a_setting_makes_a_step_done(db: None, settings: Settings, key: str, name: str, done: object, to_do: object) -> None:
    setattr(settings, name, done)
    assert states()[key]
    setattr(settings, name, to_do)
    assert not states()[key]


def test_a_secret_under_an_older_key_is_to_be_sealed_again(db: None, settings: Settings) -> None:
    GitHubCredential.objects.create(person=somebody(), scope="read:user", sealed_token=sealing.seal("token"))
    assert states()["keys"]
    settings.ENCRYPTION_KEYS = ["another key of at least thirty-two characters", *settings.ENCRYPTION_KEYS]
    assert not states()["keys"]


def test_the_callback_url_can_be_copied_exactly(owner: Http, settings: Settings) -> None:
    page = owner.get("/admin/set-up/").content.decode()
    assert f'<pre id="snippet-github"><code>{settings.PUBLIC_URL}/callback</code></pre>' in page
    assert 'data-copy="snippet-github"' in page
    for secret in (settings.SECRET_KEY, settings.GITHUB_CLIENT_SECRET, *settings.ENCRYPTION_KEYS):
        assert secret not in page
