"""Nothing changes on the dashboard without an event that names the operator: every form, button and action is tried.

A new admin class, action or page fails here until it is listed; one that is listed fails when it changes something and
writes no event, or when the change stays although the event could not be written.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session as BrowserSession
from django.core import signing
from django.db import connection
from django.db.models import QuerySet
from django.test import Client as Http
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from oauth_bridge import audit
from oauth_bridge.admin import by_hand
from oauth_bridge.models import (
    AccessRequest,
    AllowRule,
    AuthEvent,
    Client,
    ClientDocument,
    ClientHost,
    Person,
    ResourceServer,
    Session,
)
from tests.support.dashboard import PASSWORD

pytestmark = pytest.mark.django_db
Form = dict[str, Any]


@dataclass(slots=True)
class World:
    """One row of each kind that operators deal with."""

    root: Person
    alice: Person
    vera: Person
    client: Client
    document_client: Client
    rule: AllowRule
    session: Session
    asked: AccessRequest
    service: ResourceServer
    host: ClientHost
    http: Http = field(default_factory=lambda: Http(raise_request_exception=False))


@pytest.fixture
def world() -> World:
    now = timezone.now()
    root = Person.objects.create_superuser("root", PASSWORD)
    alice = Person.objects.create(username="github:1", login="alice", github_id=1)
    vera = Person.objects.create(username="vera", login="vera", is_staff=True)
    client = Client.objects.create(name="Program", client_id="program", redirect_uris="http://localhost/callback")
    source, address = Client.RegistrationSource.CIMD, "https://app.example/client.json"
    documented = Client.objects.create(
        name="App", client_id=address, redirect_uris="https://app.example/cb", registration_source=source
    )
    ClientDocument.objects.create(
        client=documented, url=address, host="app.example", body="{}", fetched_at=now, fresh_until=now + timedelta(days=1)
    )
    session = Session.objects.create(
        person=alice,
        client=client,
        scope="",
        resource="x",
        created_at=now,
        last_used_at=now,
        expires_at=now + timedelta(days=1),
    )
    made = World(
        root=root,
        alice=alice,
        vera=vera,
        client=client,
        document_client=documented,
        rule=AllowRule.objects.create(login="alice", github_id=1),
        session=session,
        asked=AccessRequest.objects.create(github_id=2, login="bob", at=now),
        service=ResourceServer.objects.create(name="service", secret_checksum="x"),
        host=ClientHost.objects.create(host="client.example", trust="known"),
    )
    made.http.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    return made


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operator does: the name of the URL, its arguments, and the form. ``first`` makes ready."""

    name: str
    form: Callable[[World], Form] = lambda _: {}
    args: Callable[[World], list[Any]] = lambda _: []
    first: Callable[[World], Any] = lambda _: None

    def run(self, world: World) -> int:
        """Send the form; return the status of the answer."""
        path = reverse(f"admin:{self.name}", args=self.args(world))
        return int(world.http.post(path, self.form(world)).status_code)


def row(model: str, what: str, of: Callable[[World], Any], **form: Any) -> Operation:
    """Return the form of one row."""
    return Operation(f"oauth_bridge_{model}_{what}", lambda _: form, lambda world: [of(world).pk])


def action(model: str, name: str, of: Callable[[World], Any], first: Callable[[World], Any] = lambda _: None) -> Operation:
    """Return an action of a list."""
    return Operation(
        f"oauth_bridge_{model}_changelist",
        lambda world: {"action": name, "_selected_action": [str(of(world).pk)], "post": "yes"},
        first=first,
    )


def off(model: Any, **values: Any) -> Callable[[World], Any]:
    return lambda _: model._default_manager.update(**values)


NOW = timezone.now()
_HOST = {"host": "client.example", "trust": "blocked", "note": "seen in the wild"}
_RULE = {"kind": "login", "login": "carol", "team": "", "note": "", "expires_at_0": "", "expires_at_1": ""}
# By model and what is done to it: what the registry offers to an owner has to be here.
ROWS: dict[tuple[str, str], Operation] = {
    ("clienthost", "add"): Operation("oauth_bridge_clienthost_add", lambda _: {**_HOST, "host": "other.example"}),
    ("clienthost", "change"): row("clienthost", "change", lambda world: world.host, **_HOST),
    ("clienthost", "delete"): row("clienthost", "delete", lambda world: world.host, post="yes"),
    ("clienthost", "delete_selected"): action("clienthost", "delete_selected", lambda world: world.host),
    ("allowrule", "add"): Operation("oauth_bridge_allowrule_add", lambda _: _RULE),
    ("allowrule", "change"): row("allowrule", "change", lambda world: world.rule, note="on leave"),
    ("allowrule", "delete"): row("allowrule", "delete", lambda world: world.rule, post="yes"),
    ("allowrule", "delete_selected"): action("allowrule", "delete_selected", lambda world: world.rule),
    ("resourceserver", "delete"): row("resourceserver", "delete", lambda world: world.service, post="yes"),
    ("resourceserver", "delete_selected"): action("resourceserver", "delete_selected", lambda world: world.service),
    ("resourceserver", "switch_off"): action("resourceserver", "switch_off", lambda world: world.service),
    ("resourceserver", "switch_on"): action(
        "resourceserver", "switch_on", lambda world: world.service, off(ResourceServer, disabled_at=NOW)
    ),
    ("client", "switch_off"): action("client", "switch_off", lambda world: world.client),
    ("client", "switch_on"): action("client", "switch_on", lambda world: world.client, off(Client, disabled_at=NOW)),
    ("person", "switch_off"): action("person", "switch_off", lambda world: world.alice),
    ("person", "switch_on"): action(
        "person", "switch_on", lambda world: world.alice, lambda _: Person.objects.filter(login="alice").update(is_active=False)
    ),
    ("accessrequest", "approve"): action("accessrequest", "approve", lambda world: world.asked),
    ("accessrequest", "refuse"): action("accessrequest", "refuse", lambda world: world.asked),
    ("session", "end_sessions"): action("session", "end_sessions", lambda world: world.session),
}


def decision(model: str, of: Callable[[World], Any], **form: str) -> Operation:
    return Operation(f"oauth_bridge_{model}_decide", lambda _: form, lambda world: [of(world).pk])


def about(what: str, **form: str) -> Operation:
    """Return a decision about Alice."""
    return Operation("oauth_bridge_person_decide", lambda _: form, lambda world: [world.alice.pk, what])


def _new_client(_: World) -> Form:
    handle = signing.dumps("c" * 32, salt=by_hand._SALT)
    return {"name": "Made", "redirect_uris": "https://made.example/cb", "method": "client_secret_basic", "handle": handle}


def _password(_: World) -> Form:
    new = "another long pass phrase"
    return {"old_password": PASSWORD, "new_password1": new, "new_password2": new}


PAGES: dict[str, Operation] = {
    "client decide off": decision("client", lambda world: world.client, what="switch_off"),
    "client decide trust": decision("client", lambda world: world.document_client, what="known"),
    "client by hand": Operation("oauth_bridge_client_new", _new_client),
    "person cut off": about("cut-off"),
    "person forgotten": about("forget", login="alice"),
    "request approved": decision("accessrequest", lambda world: world.asked, decision="approve", until=""),
    "request refused": decision("accessrequest", lambda world: world.asked, decision="refuse"),
    "one session ended": Operation("oauth_bridge_session_end", args=lambda world: ["session", str(world.session.pk)]),
    "all sessions ended": Operation("oauth_bridge_session_end", args=lambda _: ["site", "all"]),
    "operator named": Operation("operators_add", lambda _: {"way": "password", "name": "otto", "role": "viewer"}),
    "operator's role": Operation("operators_change", lambda _: {"role": "operator"}, lambda world: [world.vera.pk]),
    "operator's password": Operation("operators_password", args=lambda world: [world.vera.pk]),
    "own password": Operation("password_change", _password),
}
EVERY = {"-".join(key): operation for key, operation in ROWS.items()} | PAGES
# Pages that only look, or seal: whatever is sent to them, no row that an operator deals with changes.
LOOKING = {
    "health_outside", "setup", "setup_steps", "doctor", "audit", "audit_check", "audit_export", "operators", "index", "login",
    "password_change_done", "autocomplete", "jsi18n", "view_on_site", "app_list", "calls", "calls_export",
}  # fmt: skip
# Tried where their page is: tests/mcpserver/dashboard/test_permissions*.py.
ELSEWHERE = "tools"
# What writes itself, and what says when somebody was last here.
_NOT_COMPARED = (AuthEvent, BrowserSession, LogEntry)


def tables() -> dict[str, list[str]]:
    """Return all rows of all tables."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model not in _NOT_COMPARED:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
                found[model.__name__] = sorted(map(str, cursor.fetchall()))
    return found


def told() -> QuerySet[AuthEvent]:
    """Return what the operator is said to have done, but for coming in."""
    return AuthEvent.objects.filter(operator="root").exclude(kind="operator_signed_in")


@pytest.mark.parametrize("name", EVERY)
def test_what_is_changed_is_told_with_the_operator_s_name(world: World, name: str) -> None:
    EVERY[name].first(world)
    before = tables()
    assert EVERY[name].run(world) in {200, 302}
    assert tables() != before, "nothing changed: this proves nothing"
    assert told().exists()


@pytest.mark.parametrize("name", EVERY)
def test_what_cannot_be_told_is_not_changed(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> AuthEvent:
        raise RuntimeError("the record is away")

    EVERY[name].first(world)
    before = tables()
    monkeypatch.setattr(audit, "_event", refuse)
    assert EVERY[name].run(world) == 500
    assert tables() == before


@pytest.mark.parametrize("model", ["clienthost", "allowrule"])
def test_a_form_tells_from_which_to_which(world: World, model: str) -> None:
    ROWS[(model, "change")].run(world)
    assert told().get().detail["changes"]["note"][0] == ""


@pytest.mark.parametrize("model", ["clienthost", "allowrule", "resourceserver"])
def test_what_cannot_be_deleted_is_not_told(world: World, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the table is locked")

    monkeypatch.setattr(type(AllowRule.objects.all()), "delete", fail)
    assert ROWS[(model, "delete_selected")].run(world) == 500
    assert not told().exists()


def test_every_form_and_action_of_the_registry_is_tried(world: World) -> None:
    request = RequestFactory().get("/admin/")
    request.user = world.root
    offered = set()
    for model, model_admin in admin.site._registry.items():
        name = str(model._meta.model_name)
        offered |= {(name, one) for one in model_admin.get_actions(request)}
        rights = {
            "add": model_admin.has_add_permission(request),
            "change": model_admin.has_change_permission(request),
            "delete": model_admin.has_delete_permission(request),
        }
        offered |= {(name, right) for right, has in rights.items() if has}
        assert not model_admin.list_editable, f"{name}: a list that is edited is tried nowhere"
        assert not model_admin.inlines, f"{name}: rows within rows are tried nowhere"
    assert offered == set(ROWS)


def names(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name


def test_every_page_of_the_site_is_tried_or_only_looks() -> None:
    found = set(names(admin.site.get_urls()))
    of_rows = {
        f"oauth_bridge_{model._meta.model_name}_{what}"
        for model in admin.site._registry
        for what in ("changelist", "add", "change", "delete", "history")
    }
    rest = {name for name in found - of_rows if name.partition("_")[0] != ELSEWHERE}
    tried = {operation.name for operation in PAGES.values()}
    assert rest - LOOKING - {"logout"} == tried


@pytest.mark.parametrize("role", ["viewer", "nobody"])
def test_who_may_only_look_changes_nothing(world: World, role: str) -> None:
    """Whatever is sent, by hand as well: an action that is not offered is not run."""
    from django.contrib.auth.models import Group

    if role == "viewer":
        world.vera.groups.add(Group.objects.get_or_create(name="viewer")[0])
    world.http.force_login(world.vera, backend="django.contrib.auth.backends.ModelBackend")
    for name, operation in EVERY.items():
        if operation.name == "password_change":
            continue
        operation.first(world)
        before = tables()
        assert operation.run(world) < 500, name
        assert tables() == before, name
