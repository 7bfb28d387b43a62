"""The page of audit events: what it finds, what can be taken away, and that it says when the record was tampered with."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from oauth_bridge import audit, audit_export
from oauth_bridge.audit_search import Search
from oauth_bridge.chain import sealing, triggers
from oauth_bridge.models import AuditMark, AuthEvent, Client, Grant, Person, Session
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import signed_in
from tools import changes
from tools.models import ToolCall

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def event(**values: object) -> AuthEvent:
    return AuthEvent.objects.create(**{"at": AT, "kind": audit.Kind.SIGNED_IN, "request_id": "r", **values})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(), {"a", "b", "c"}),
        (Search(kind="rule_added"), {"b"}),
        (Search(person="ALICE"), {"a"}),
        (Search(person="ali"), set()),
        (Search(client="insp"), {"a"}),
        (Search(operator="Root"), {"b"}),
        (Search(reference="r-2"), {"b"}),
        (Search(address="192.0.2.1"), {"c"}),
        (Search(session="no session"), set()),
        (Search(since=AT + timedelta(days=1)), {"b", "c"}),
        (Search(until=AT + timedelta(days=1)), {"a"}),
        (Search(without_calls=True), {"a", "b"}),
        (Search(since=AT, until=AT + timedelta(days=2), kind="rule_added"), {"b"}),
    ],
)
def test_a_search_finds_what_fits_all_of_it(search: Search, found: set[str]) -> None:
    event(login="alice", client_name="Inspector", detail={"name": "a"})
    event(at=AT + timedelta(days=1), kind="rule_added", login="bob", operator="root", request_id="r-2", detail={"name": "b"})
    event(at=AT + timedelta(days=2), kind="tool_calls", address="192.0.2.1", detail={"name": "c"})
    assert {row.detail["name"] for row in search.every()} == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"],
)
def test_no_cell_of_a_csv_file_is_a_formula(name: str) -> None:
    """Whoever registers a client chooses its name, and the operator opens the file in a spreadsheet."""
    event(client_name=name, login=name, operator=name)
    lines = "".join(audit_export.as_csv(Search().every()))
    row = next(csv.DictReader(io.StringIO(lines, newline="")))
    assert (row["client_name"], row["login"], row["operator"]) == (f"'{name}",) * 3


@pytest.mark.django_db
def test_a_file_has_every_event_in_pieces(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    AuthEvent.objects.bulk_create(AuthEvent(at=AT, kind="signed_in", request_id=str(n), detail={"n": [n]}) for n in range(1001))
    with django_assert_num_queries(4):
        rows = [json.loads(line) for line in audit_export.as_json_lines(Search().every())]
    assert [row["detail"] for row in rows] == [{"n": [n]} for n in reversed(range(1001))]
    assert set(rows[0]) == set(audit_export.COLUMNS)


def test_the_page_finds_shows_and_turns(live: Live) -> None:
    operator = Operator(live)
    AuthEvent.objects.bulk_create(
        AuthEvent(at=AT, kind="rule_added", request_id=f"ref-{number}", login="vera") for number in range(51)
    )
    page = operator.page("audit/?person=vera")
    assert "ref-50" in page
    assert "ref-0<" not in page
    older = re.search(r'href="(/admin/audit/\?person=vera&amp;before=\d+)"', page)
    assert older
    second = operator.page(older[1].removeprefix("/admin/").replace("&amp;", "&"))
    assert "ref-0<" in second
    assert "ref-1<" not in second
    assert "Nothing fits" in operator.page("audit/?person=nobody")
    for wrong in ("address=x", "since=tomorrow", "kind=none"):
        page = operator.page(f"audit/?{wrong}")
        assert "cannot be read" in page
        assert "export." not in page
    for place in ("-1", "1e9", "9" * 30, "٣"):
        operator.page(f"audit/?before={place}")
    assert "There is nothing older." in operator.page("audit/?before=1")


def test_batches_of_calls_are_shown_to_whoever_asks_for_them_and_without_their_hashes(live: Live) -> None:
    """A busy server writes one a second: nothing else would be seen."""
    operator = Operator(live)
    calls = ToolCall.objects.bulk_create(ToolCall(github_id=1, duration_ms=1, result_size=1) for _ in range(3))
    changes.calls_recorded.send(sender=None, calls=calls)
    told = AuthEvent.objects.get(kind="tool_calls").detail
    assert told["rows"] not in operator.page("audit/")
    for kind in ("all", "tool_calls"):
        page = operator.page(f"audit/?kind={kind}")
        assert told["rows"] in page
        assert told["digest"] not in page
        assert told["prints"] not in page
    for address, count in (("?kind=all", 1), ("", 0)):
        assert operator.http.get(f"/admin/audit/export.jsonl{address}").text.count(told["digest"]) == count
    assert "Tool calls recorded" not in operator.page("")


def test_the_page_asks_the_database_a_fixed_number_of_times(
    live: Live, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """100,000 events: nothing is counted."""
    Operator(live)
    AuthEvent.objects.bulk_create(
        (AuthEvent(at=AT, kind="signed_in", request_id="r", login=f"p{n % 100}") for n in range(100_000)), batch_size=5000
    )
    from django.test import Client as Browser

    browser = Browser()
    browser.force_login(Person.objects.get(username="root"), backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/admin/audit/", "/admin/audit/?person=p7&kind=signed_in"):
        with django_assert_max_num_queries(8):
            assert browser.get(address).status_code == 200


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_is_taken_away_as_filtered_and_on_the_record(live: Live, form: str) -> None:
    operator = Operator(live)
    event(login="alice")
    event(login="bob")
    answer = operator.http.get(f"/admin/audit/export.{form}?person=bob")
    assert answer.status_code == 200
    assert re.search(rf'filename="gatehouse-audit-[\d-]+\.{form}"', answer.headers["content-disposition"])
    assert "bob" in answer.text
    assert "alice" not in answer.text
    taken = AuthEvent.objects.get(kind="audit_exported")
    assert (taken.operator, taken.detail) == ("root", {"format": form, "asked": "person=bob"})
    assert operator.http.get("/admin/audit/export.xls").status_code == 404
    assert operator.http.get(f"/admin/audit/export.{form}?address=x").status_code == 404


def test_no_page_and_no_file_holds_a_secret(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    public = signed_in(live.url, live.simulator)
    secret = signed_in(live.url, live.simulator, token_endpoint_auth_method="client_secret_basic")
    tokens = [public.tokens["access_token"], public.tokens["refresh_token"], secret.client_secret, public.verifier]
    public.refresh()
    operator = Operator(live)
    made = operator.post_to("operators/", "operators/add/", way="password", name="vera", role="viewer").text
    password = re.search(r'id="new-password"><code>([^<]+)<', made)
    assert password
    shown = operator.page("audit/") + operator.page("operators/")
    assert not re.search(r"\b[0-9a-f]{64}\b", shown), "a hash is shown"
    files = [operator.http.get(f"/admin/audit/export.{form}").text for form in ("csv", "jsonl")]
    call_command("audit", "export")
    text = "\n".join((shown, *files, capsys.readouterr().out))
    hidden = [*tokens, public.tokens["access_token"], public.tokens["refresh_token"], password[1]]
    hidden += [row.client_secret for row in Client.objects.all() if row.client_secret]
    hidden += [row.password for row in Person.objects.all()] + [row.code for row in Grant.objects.all()]
    for value in hidden:
        assert value
        assert value not in text, value[:8]
    assert str(Session.objects.first().pk) in text  # type: ignore[union-attr]  # there is one


@pytest.fixture
def sealing_live(live: Live) -> Iterator[Live]:
    """Return a server whose events may be sealed; afterwards they go by retention's way, the only one there is."""
    yield live
    AuditMark.objects.all().delete()
    AuditMark.objects.create(name="anchor", sequence=2**40, hash="", at=AT, mac="")
    AuthEvent.objects.all().delete()


@pytest.fixture
def tampered(sealing_live: Live) -> Live:
    """Return a server on whose record somebody has laid hands."""
    for number in range(5):
        event(login=f"p{number}")
    sealing.seal(timezone.now())
    on = " ON oauth_bridge_authevent" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in triggers.NAMES:
            cursor.execute(f"DROP TRIGGER {name}{on}")
        cursor.execute("UPDATE oauth_bridge_authevent SET login = 'mallory' WHERE sequence = 3")
    triggers.ensure()
    return sealing_live


def test_the_page_says_that_the_record_was_tampered_with(tampered: Live) -> None:
    operator = Operator(tampered)
    page = operator.post_to("audit/", "audit/check/").text
    assert "The record was tampered with." in page
    assert re.search(r"Event 3 \(row \d+\) \(signed_in, 2026-06-01 12:00:00\): login, address or detail were changed\.", page)


def test_the_page_says_that_the_record_is_whole(sealing_live: Live) -> None:
    operator = Operator(sealing_live)
    assert "The record is whole." in operator.post_to("audit/", "audit/check/").text


def test_the_command_names_the_event_and_fails(tampered: Live, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="The chain is broken"):
        call_command("audit", "verify")
    assert "Event 3 (row" in capsys.readouterr().err
    with pytest.raises(CommandError, match="--by NAME"):
        call_command("audit", "accept")


@pytest.mark.django_db
def test_the_command_seals_verifies_and_exports(capsys: pytest.CaptureFixture[str]) -> None:
    event(login="alice")
    event(login="bob", kind="rule_added", at=AT + timedelta(days=1))
    call_command("audit", "seal")
    call_command("audit", "verify")
    told = capsys.readouterr().out
    assert "2 events sealed." in told
    assert "2 events checked, through 2, head " in told
    call_command("audit", "export", "--since", "2026-06-02", "--kind", "rule_added")
    assert [json.loads(line)["login"] for line in capsys.readouterr().out.splitlines()] == ["bob"]
