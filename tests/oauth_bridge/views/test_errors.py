"""One error, two forms: a page for people, JSON for programs."""

import json

import pytest
from django.test import RequestFactory

from oauth_bridge.views.errors import Action, prefers_json, render_error
from tests.mcpserver.html import Page
from wire import request_id


def answer(accept: str, *, action: Action | None = None):
    return render_error(
        RequestFactory().get("/auth", headers={"accept": accept}),
        status=400,
        title="Unknown program",
        what_happened="This server <b>does not know</b> the program.",
        whose_turn="The program's",
        what_to_do="Remove it there, and add it again.",
        action=action,
        error="invalid_client",
    )


@pytest.mark.parametrize(
    ("accept", "json_first"),
    [
        ("application/json", True),
        ("application/json, text/html;q=0.5", True),
        ("application/json, */*", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("text/html, application/json", False),
        ("text/html;q=0.5, application/json;q=0.9", True),
        ("*/*", False),
        ("", False),
        ("image/png", False),
        ("application/json;q=nan, ;;;,/", True),
    ],
)
def test_the_accept_header_chooses_the_form(accept, json_first):
    """RFC 9110 §12.5.1."""
    assert prefers_json(RequestFactory().get("/", headers={"accept": accept})) is json_first


def test_no_accept_header_means_a_person():
    assert not prefers_json(RequestFactory().get("/"))


def test_a_program_gets_code_text_and_reference():
    """mcp-remote registers again when `/auth` answers ``invalid_client`` in JSON."""
    token = request_id.current.set("abc123")
    try:
        response = answer("application/json")
    finally:
        request_id.current.reset(token)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(response.content) == {
        "error": "invalid_client",
        "error_description": "This server <b>does not know</b> the program.",
        "reference": "abc123",
    }


def test_a_person_gets_a_page_whose_texts_are_texts():
    page = Page(answer("text/html").content.decode())
    main = page.one("main").text
    assert page.one("h1").text == "Unknown program"
    assert "<b>does not know</b>" in main
    assert "The program's" in main
    assert "Remove it there" in main


def test_the_page_offers_the_given_way_on_or_else_the_front_page():
    given = Page(answer("text/html", action={"label": "Try again", "url": "/login?a=1&b=2"}).content.decode())
    assert given.one("a", **{"class": "button primary"}).attributes["href"] == "/login?a=1&b=2"
    assert Page(answer("text/html").content.decode()).one("a", **{"class": "button"}).attributes["href"] == "/"


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_error_is_kept_by_no_cache(accept):
    headers = answer(accept).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Vary"] == "Accept"
