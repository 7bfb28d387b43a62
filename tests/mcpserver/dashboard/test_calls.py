"""The page of tool calls: what it finds, who may take it away, and that the file is whole and no trap."""

import csv
import io
import json
import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client as Http
from pytest_django import DjangoAssertNumQueries

from mcpserver.dashboard import call_search
from mcpserver.dashboard.call_search import CallSearch
from oauth_bridge.models import AuthEvent, Person
from tools.models import ToolCall

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def call(name: str = "x", **values: object) -> ToolCall:
    return ToolCall(
        **{"at": AT, "tool_set": name, "github_id": 1, "duration_ms": 5, "result_size": 9, "outcome": "ok", **values}
    )


def browser(role: str = "owner") -> Http:
    if role == "owner":
        person = Person.objects.create_superuser("root", secrets.token_hex(8))
    else:
        person = Person.objects.create(username=role, login=role, is_staff=True)
        person.groups.add(Group.objects.get_or_create(name=role)[0])
    http = Http()
    http.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return http


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (CallSearch(), {"a", "b", "c"}),
        (CallSearch(tool="calculate"), {"a"}),
        (CallSearch(tool="calc"), set()),
        (CallSearch(outcome="ok"), {"a"}),
        (CallSearch(outcome="wrong"), {"b"}),
        (CallSearch(outcome="cancelled"), {"c"}),
        (CallSearch(person="ALICE"), {"a", "b"}),
        (CallSearch(person="gone"), {"c"}),
        (CallSearch(person="ali"), set()),
        (CallSearch(client="insp"), {"a"}),
        (CallSearch(client="client-2"), {"b"}),
        (CallSearch(session="s-1"), {"c"}),
        (CallSearch(reference="r-2"), {"b"}),
        (CallSearch(since=AT + timedelta(days=1)), {"b", "c"}),
        (CallSearch(until=AT + timedelta(days=1)), {"a"}),
        (CallSearch(since=AT, until=AT + timedelta(days=2), outcome="wrong"), {"b"}),
    ],
)
def test_a_search_finds_what_fits_all_of_it(search: CallSearch, found: set[str]) -> None:
    """A person's calls are found by number: under the name they had before as well."""
    Person.objects.create(username="github:1", login="alice", github_id=1)
    ToolCall.objects.bulk_create(
        [
            call("a", tool="calculate", login="alice", client_name="Inspector", client_id="client-1"),
            call(
                "b",
                at=AT + timedelta(days=1),
                outcome="tool_error",
                login="alice-before",
                client_id="client-2",
                request_id="r-2",
            ),
            call("c", at=AT + timedelta(days=2), outcome="cancelled", github_id=2, login="gone", session_id="s-1"),
        ]
    )
    assert {row.tool_set for row in search.every()} == found


def test_the_page_shows_and_turns() -> None:
    http = browser()
    ToolCall.objects.bulk_create(call(tool="calculate", login="vera", request_id=f"ref-{number}") for number in range(51))
    page = http.get("/admin/calls/?person=vera").content.decode()
    assert "ref-50<" in page
    assert "ref-0<" not in page
    older = re.search(r'href="(/admin/calls/\?person=vera&amp;before=\d+)"', page)
    assert older
    second = http.get(older[1].replace("&amp;", "&")).content.decode()
    assert "ref-0<" in second
    assert "ref-1<" not in second
    assert "Nothing fits" in http.get("/admin/calls/?person=nobody").content.decode()
    for wrong in ("since=tomorrow", "outcome=none"):
        assert "cannot be read" in http.get(f"/admin/calls/?{wrong}").content.decode()
    for place in ("-1", "1e9", "9" * 30, "٣"):
        assert http.get(f"/admin/calls/?before={place}").status_code == 200


def test_what_strangers_chose_is_only_text() -> None:
    http = browser()
    evil = '"><script>alert(1)</script>'
    text = dict.fromkeys(("tool", "login", "client_name", "client_id", "outcome", "request_id", "arguments"), evil)
    ToolCall.objects.bulk_create([call(**{name: value[:30] for name, value in text.items()})])
    assert "<script>alert" not in http.get("/admin/calls/").content.decode()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_has_what_was_asked_for_and_is_on_the_record(form: str) -> None:
    http = browser()
    ToolCall.objects.bulk_create([call(tool="calculate", login="=1+1", arguments='{"a": "é\\n"}'), call(tool="get_issue")])
    answer = http.get(f"/admin/calls/export.{form}?tool=calculate")
    assert answer.streaming
    assert re.search(rf'filename="gatehouse-calls-[\d-]+\.{form}"', answer.headers["Content-Disposition"])
    text = b"".join(answer).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline=""))) if form == "csv" else list(map(json.loads, text.splitlines()))
    assert [row["tool"] for row in rows] == ["calculate"]
    assert set(rows[0]) == set(call_search.COLUMNS) == {field.attname for field in ToolCall._meta.concrete_fields}
    assert rows[0]["login"] == ("'=1+1" if form == "csv" else "=1+1")
    assert rows[0]["arguments"] == '{"a": "é\\n"}'
    told = AuthEvent.objects.get(kind="audit_exported")
    assert (told.operator, told.detail) == ("root", {"what": "tool calls", "format": form, "asked": "tool=calculate"})


def test_a_file_is_read_in_pieces(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ToolCall.objects.bulk_create(call(request_id=str(number)) for number in range(1001))
    with django_assert_num_queries(4):
        rows = [json.loads(line)["request_id"] for line in call_search.as_json_lines(CallSearch().every())]
    assert rows == [str(number) for number in reversed(range(1001))]


def test_a_viewer_looks_and_takes_nothing_away() -> None:
    http = browser("viewer")
    page = http.get("/admin/calls/")
    assert page.status_code == 200
    assert "export" not in page.content.decode()
    assert http.get("/admin/calls/export.csv").status_code == 403
    assert not AuthEvent.objects.filter(kind="audit_exported").exists()


def test_what_is_no_file_is_not_there() -> None:
    http = browser()
    for address in ("export.xls", "export.csv?since=tomorrow"):
        assert http.get(f"/admin/calls/{address}").status_code == 404


def test_the_page_asks_a_fixed_number_of_times(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    http = browser()
    ToolCall.objects.bulk_create(call(login=f"p{number}", client_id=f"c{number}") for number in range(200))
    for address in ("/admin/calls/", "/admin/calls/?person=p7&outcome=ok&client=c"):
        with django_assert_max_num_queries(8):
            assert http.get(address).status_code == 200


@pytest.mark.parametrize("page", ["calls/", "calls/export.csv", "audit/", "audit/export.csv"])
def test_the_last_day_that_there_is_ends_never(page: str) -> None:
    call("a", request_id="the-call").save()
    answer = browser().get(f"/admin/{page}?since=0001-01-01&until=9999-12-31")
    assert answer.status_code == 200
    assert not page.startswith("calls") or b"the-call" in answer.getvalue()
