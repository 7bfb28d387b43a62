"""``manage.py demo``: a month that never was, and never where people are."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Http
from django.utils import timezone
from pytest_django import Settings

from mcpserver.dashboard import demo
from oauth_bridge.models import (
    AccessRequest,
    AccessToken,
    AllowRule,
    AuthEvent,
    Client,
    GitHubCredential,
    Person,
    RefreshToken,
    Session,
)
from tools.catalog import CATALOG
from tools.models import ReadOnlyClient, ToolCall, ToolRule, ToolSwitch
from tools.policy import set_target

SMALL = {"people": 10, "sessions": 20, "calls": 50}


@pytest.fixture
def development(db: None, settings: Settings) -> None:
    settings.DEVELOPMENT = True


def test_it_fills_an_empty_database(development: None) -> None:
    call_command("demo", **SMALL)
    assert (Person.objects.count(), Session.objects.count(), ToolCall.objects.count()) == (10, 20, 50)
    assert (
        ToolCall.objects.filter(at__gt=timezone.now()).count() == AuthEvent.objects.filter(at__gt=timezone.now()).count() == 0
    )


def test_the_pages_of_tools_have_something_to_show(development: None, owner: Http) -> None:
    """A column of each kind, and every one of them about what there is."""
    call_command("demo", **SMALL)
    matrix, switches = (owner.get(f"/admin/tools/{page}").content.decode() for page in ("", "switches/"))
    for words in ("example-labs/platform", "release team", Person.objects.get(github_id=900_009).login, "helper.example.net"):
        assert f'<bdi title="{words}">' in matrix
    assert "There is no rule yet" not in matrix
    assert "reaches nobody" not in matrix
    assert "Off until Monday" in switches
    assert "<bdi>helper.example.net</bdi>" in switches
    known = {tool.name for tool in CATALOG} | {set_target(tool.set) for tool in CATALOG}
    assert {row.target for row in (*ToolRule.objects.all(), *ToolSwitch.objects.all())} <= known


def test_nothing_of_it_lets_anybody_in(development: None) -> None:
    call_command("demo", **SMALL)
    assert not any(person.has_usable_password() for person in Person.objects.all())
    assert not any(model.objects.exists() for model in (AccessToken, RefreshToken, GitHubCredential))
    assert not any(client.client_secret for client in Client.objects.all() if not client.is_public)


def test_it_refuses_outside_development(db: None, settings: Settings) -> None:
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError, match="for development"):
        call_command("demo", **SMALL)
    assert demo.is_empty()


@pytest.mark.parametrize(
    "somebody",
    [{"username": "github:1", "login": "alice", "github_id": 1}, {"username": "github:2", "login": "b", "github_id": 2}],
)
def test_it_refuses_a_database_that_was_used(development: None, somebody: dict[str, object]) -> None:
    Person.objects.create(**somebody)
    with pytest.raises(CommandError, match="holds something"):
        call_command("demo", **SMALL)
    call_command("demo", if_empty=True, **SMALL)
    assert Person.objects.count() == 1


def test_the_first_operator_is_not_in_the_way(development: None) -> None:
    Person.objects.create_superuser("admin", "a long pass phrase for tests")
    call_command("demo", **SMALL)
    assert Session.objects.count() == 20


def test_the_same_seed_gives_the_same_month(db: None) -> None:
    now = timezone.now()
    months = []
    for _ in range(2):
        demo.fill(demo.Size(**SMALL), now=now, public_url="http://localhost", seed=3)
        months.append(list(ToolCall.objects.order_by("request_id").values_list("request_id", "at", "login", "tool", "outcome")))
        for model in (ToolCall, Session, Client, Person, AllowRule, AccessRequest, ToolRule, ToolSwitch, ReadOnlyClient):
            model._default_manager.all().delete()
    assert months[0] == months[1]
