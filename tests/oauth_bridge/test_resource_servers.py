"""Registering a resource server: its secret is printed once, and kept as a hash."""

import io

import pytest
from django.core.management import CommandError, call_command

from oauth_bridge import resource_servers
from oauth_bridge.models import AuthEvent, ResourceServer
from oauth_bridge.protocol import tokens
from oauth_bridge.protocol.errors import InvalidClient
from oauth_bridge.protocol.token_requests import ClientCredentials

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("resource_server", *arguments, stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def is_known(name: str, secret: str | None) -> bool:
    try:
        return resource_servers.authenticate(ClientCredentials(name, secret)).name == name
    except InvalidClient:
        return False


def test_the_secret_alone_is_on_standard_output_once() -> None:
    out, err = run("add", "files-api")
    secret = out.strip()
    assert tokens.is_well_formed(secret, tokens.RESOURCE_SERVER_SECRET)
    assert out == f"{secret}\n"
    assert "files-api" in err
    assert secret not in err
    assert not any(secret in str(value) for value in ResourceServer.objects.values().get().values())
    assert is_known("files-api", secret)


def test_a_new_secret_ends_the_old_one() -> None:
    first = run("add", "files-api")[0].strip()
    second = run("renew", "files-api")[0].strip()
    assert first != second
    assert not is_known("files-api", first)
    assert is_known("files-api", second)


@pytest.mark.parametrize("secret", [None, "", "x", "nobody"])
def test_neither_an_unknown_service_nor_a_wrong_secret_is_let_in(secret: str | None) -> None:
    resource_servers.add("files-api")
    assert not is_known("files-api", secret)
    assert not is_known("nobody", secret)


def test_a_service_that_was_switched_off_is_nobody() -> None:
    secret = resource_servers.add("files-api")
    ResourceServer.objects.update(disabled_at="2026-01-01T00:00:00Z")
    assert not is_known("files-api", secret)


@pytest.mark.parametrize("name", ["", "Files", "-a", "a b", "a:b", "a" * 65, "\u00fc", "a\n", "a/b"])
def test_a_name_that_could_be_misread_is_refused(name: str) -> None:
    """It travels in Basic authentication and stands in lists."""
    with pytest.raises(resource_servers.InvalidName, match="small letters"):
        resource_servers.add(name)
    assert not ResourceServer.objects.exists()


def test_a_name_is_given_once_and_must_be_known_to_be_renewed() -> None:
    run("add", "files-api")
    for name, reason in (("files-api", "of that name"), ("Files", "small letters")):
        with pytest.raises(CommandError, match=reason):
            run("add", name)
    with pytest.raises(CommandError, match="no resource server"):
        run("renew", "other")


def test_what_is_done_to_a_service_is_written_down() -> None:
    """It reads who everybody's tokens belong to: the operator must find when that began, and ended."""
    secret = run("add", "files-api")[0].strip()
    run("renew", "files-api")
    run("remove", "files-api")
    assert not is_known("files-api", secret)
    with pytest.raises(CommandError, match="no resource server"):
        run("remove", "files-api")
    with pytest.raises(CommandError, match="no resource server"):
        run("renew", "files-api")
    done = AuthEvent.objects.filter(kind="resource_server_changed").order_by("pk").values_list("detail", flat=True)
    changes = ["added", "secret renewed", "removed"]
    assert list(done) == [{"resource_server": "files-api", "change": change} for change in changes]
