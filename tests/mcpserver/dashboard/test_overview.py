"""The overview: who may see it, what it says, and that its cost does not grow with what there is."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client as Http
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mcpserver.dashboard import demo, doctor, health, overview_page
from oauth_bridge.models import AccessRequest, ClientDocument, ClientHost, Person, Session

PAGES = ("/admin/", "/admin/?days=1", "/admin/?days=7", "/admin/?days=90", "/admin/set-up/", "/admin/set-up/steps.json")
MOST_QUERIES = 25


def person(name: str, *, role: str = "", staff: bool = True) -> Person:
    found = Person.objects.create(username=name, login=name, is_staff=staff)
    if role:
        found.groups.add(Group.objects.get_or_create(name=role)[0])
    return found


@pytest.mark.parametrize("path", [*PAGES, "/admin/doctor/", "/admin/health/outside/"])
@pytest.mark.parametrize(
    ("role", "staff", "status"),
    [("viewer", True, 200), ("operator", True, 200), ("", True, 403), ("", False, 302), ("owner", False, 302)],
)
def test_each_page_is_for_viewers_and_more(
    db: None, client: Http, monkeypatch: pytest.MonkeyPatch, path: str, role: str, staff: bool, status: int
) -> None:
    monkeypatch.setattr(doctor, "examine", list)
    monkeypatch.setattr(health, "github", lambda: health.Part("GitHub", "good", "answers"))
    client.force_login(person("somebody", role=role, staff=staff), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", [*PAGES, "/admin/doctor/", "/admin/health/outside/"])
def test_a_stranger_is_asked_for_a_password_and_learns_nothing(client: Http, month: None, path: str) -> None:
    answer = client.get(path, follow=True)
    assert answer.redirect_chain
    assert b'id="login-form"' in answer.content
    assert b"Sessions" not in answer.content


def test_a_new_installation_is_told_what_comes_first(owner: Http) -> None:
    page = owner.get("/admin/").content.decode()
    assert "Nothing waits for you." in page
    assert 'class="first-step"' in page
    assert "/admin/set-up/" in page


def test_what_waits_is_said_and_goes_when_it_is_decided(owner: Http, month: None) -> None:
    # Which sessions of the month are still alive depends on the hour at which it is made up.
    unknown = ClientDocument.objects.get(host="helper.example.net").client
    one = Session.objects.earliest("pk")
    Session.objects.filter(pk=one.pk).update(client=unknown, ended_at=None, expires_at=timezone.now() + timedelta(days=1))
    page = owner.get("/admin/").content.decode()
    assert "<strong>2</strong> asked for access" in page
    assert "<strong>1</strong> host of a client in use that nobody has vouched for" in page
    AccessRequest.objects.update(state=AccessRequest.State.REFUSED)
    ClientHost.objects.create(host="helper.example.net")
    assert "Nothing waits for you." in owner.get("/admin/").content.decode()


def test_names_from_outside_are_text(owner: Http, month: None) -> None:
    from tools.models import ToolCall

    ToolCall.objects.update(login="</script><script>alert(1)</script>", client_name="<img src=x>", tool="<b>")
    page = owner.get("/admin/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "<b>" not in page


def test_the_cost_does_not_grow_with_what_there_is(owner: Http) -> None:
    """The same number of queries for nobody and for 10,000 sessions and 100,000 calls."""
    counts = [queries(owner, path) for path in PAGES]
    demo.fill(demo.Size(people=400, sessions=10_000, calls=100_000), now=timezone.now(), public_url="http://localhost")
    assert [queries(owner, path) for path in PAGES] == counts
    assert max(counts) <= MOST_QUERIES


def queries(http: Http, path: str) -> int:
    http.get(path)
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert http.get(path).status_code == 200
    return len(captured)


def test_github_is_not_asked_again_for_half_a_minute(owner: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(health, "github", lambda: asked.append(1) or health.Part("GitHub", "bad", "does not answer"))
    monkeypatch.setattr(doctor, "examine", list)
    pages = [owner.get("/admin/health/outside/").content for _ in range(3)]
    assert len(asked) == 1
    assert all(b"does not answer" in page for page in pages)


@pytest.mark.parametrize("days", ["", "0", "31", "-1", "1e9", "' or 1=1"])
def test_an_unknown_time_is_the_usual_one(owner: Http, days: str) -> None:
    page = owner.get("/admin/", {"days": days}).content.decode()
    assert f'<a href="?days={overview_page._DEFAULT}" aria-current="true">' in page
