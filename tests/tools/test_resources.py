"""Declaring resources, and what their functions may give (MCP server/resources)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from tests.support import schemas
from tests.tools.cast import ALICE, BOB
from tools import resources
from tools.content import Annotations, Icon
from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.resources import Contents, Resource, resource

URI = "notes://{owner}/{name}"
OPTIONS: dict[str, Any] = {"title": "Note", "mime_type": "text/markdown"}


async def note(name: str, owner: str, context: ToolContext) -> str:
    """A note."""
    return f"{owner}: {name}"


async def welcome(context: ToolContext) -> str:
    """Welcome."""
    return "hello"


def plain(context: ToolContext) -> str:
    """Welcome."""
    return "hello"


async def without_docstring(context: ToolContext) -> str:
    return "hello"


async def without_context(owner: str, name: str) -> str:
    """A note."""
    return owner


async def with_too_few(owner: str, context: ToolContext) -> str:
    """A note."""
    return owner


async def with_a_number(owner: str, name: int, context: ToolContext) -> str:
    """A note."""
    return owner


async def with_other_names(owner: str, title: str, context: ToolContext) -> str:
    """A note."""
    return owner


def declare(uri: str, function: Callable[..., Any], **changes: Any) -> Resource:
    return resource(uri, **(OPTIONS | changes))(function)


def test_everything_that_a_client_sees_of_a_template_comes_from_the_function() -> None:
    made = declare(URI, note, annotations=Annotations(priority=0.5), icons=[Icon("https://a.example/i.png")], size_bytes=5)
    # A template has no size: each of its resources has its own.
    assert made.definition == {
        "uriTemplate": URI,
        "name": "note",
        "title": "Note",
        "description": "A note.",
        "mimeType": "text/markdown",
        "annotations": {"priority": 0.5},
        "icons": [{"src": "https://a.example/i.png", "mimeType": "image/png"}],
    }
    schemas.validate(made.definition, "2026-07-28", "ResourceTemplate")
    # In the order of the function's own parameters.
    assert (made.is_template, made.variables) == (True, ("name", "owner"))


def test_everything_that_a_client_sees_of_a_resource_comes_from_the_function() -> None:
    moment = Annotations(last_modified=datetime(2026, 1, 31, tzinfo=UTC))
    made = declare("notes://welcome", welcome, annotations=moment, size_bytes=5)
    assert made.definition == {
        "uri": "notes://welcome",
        "name": "welcome",
        "title": "Note",
        "description": "Welcome.",
        "mimeType": "text/markdown",
        "size": 5,
        "annotations": {"lastModified": "2026-01-31T00:00:00Z"},
    }
    schemas.validate(made.definition, "2026-07-28", "Resource")
    assert (made.is_template, made.is_async, declare("notes://x", plain).is_async) == (False, True, False)


def test_one_uri_of_a_template_is_listed_with_its_own_name() -> None:
    entry = declare(URI, note).entry({"owner": "alice", "name": "to do"})
    assert entry == {
        "uri": "notes://alice/to%20do",
        "name": "alice to do",
        "title": "Note",
        "description": "A note.",
        "mimeType": "text/markdown",
    }
    schemas.validate(entry, "2026-07-28", "Resource")


def test_everybody_may_read_unless_somebody_says_who() -> None:
    own = declare(URI, note, readable_by=lambda person, variables: person.login == variables["owner"])
    variables = {"owner": "alice", "name": "x"}
    assert [own.may_read(person, variables) for person in (ALICE, BOB)] == [True, False]
    assert declare(URI, note).may_read(BOB, variables)


@pytest.mark.parametrize(
    ("uri", "function", "options", "complaint"),
    [
        ("notes://a", without_docstring, {}, "needs a docstring"),
        (URI, without_context, {}, "must take (owner: str, name: str, context: ToolContext)"),
        (URI, with_too_few, {}, "must take (owner"),
        (URI, with_other_names, {}, "must take (owner"),
        (URI, welcome, {}, "must take (owner"),
        ("notes://a", note, {}, "must take (context: ToolContext)"),
        (URI, with_a_number, {}, "annotated with str"),
        ("no scheme", welcome, {}, "must begin with a scheme"),
        ("notes://{+path}/x", note, {}, "level 1"),
        (URI, note, {"title": ""}, "needs a title"),
        (URI, note, {"scopes": "read:user"}, "must be a set of scope names"),
        (URI, note, {"timeout_seconds": 0}, "must be above 0"),
    ],
)
def test_a_wrong_declaration_is_named_with_file_and_line(
    uri: str, function: Callable[..., Any], options: dict[str, Any], complaint: str
) -> None:
    place = f"{__file__}:{function.__code__.co_firstlineno}: "
    with pytest.raises(DeclarationError, match=f"^{re.escape(place)}.*{re.escape(complaint)}"):
        declare(uri, function, **options)


async def listing(context: ToolContext) -> list[dict[str, str]]:
    return []


def not_async(context: ToolContext) -> list[dict[str, str]]:
    return []


def test_only_a_template_takes_a_listing_and_only_one() -> None:
    template = declare(URI, note)
    assert template.listed(listing) is listing
    for made, function in ((template, listing), (declare(URI, note), not_async), (declare("notes://a", welcome), listing)):
        with pytest.raises(DeclarationError, match=f"^{re.escape(__file__)}:[0-9]+: .*takes one listing"):
            made.listed(function)  # type: ignore[type-var]


class Note(BaseModel):
    title: str


@pytest.mark.parametrize(
    ("read", "contents"),
    [
        ("hi", [{"uri": "a:b", "mimeType": "text/plain", "text": "hi"}]),
        ("", [{"uri": "a:b", "mimeType": "text/plain", "text": ""}]),
        (b"hi", [{"uri": "a:b", "mimeType": "text/plain", "blob": "aGk="}]),
        (Note(title="é"), [{"uri": "a:b", "mimeType": "text/plain", "text": '{"title":"é"}'}]),
        ({"a": [1]}, [{"uri": "a:b", "mimeType": "text/plain", "text": '{"a":[1]}'}]),
        (
            [Contents("hi"), Contents(b"hi", "a:c", "image/png")],
            [{"uri": "a:b", "mimeType": "text/plain", "text": "hi"}, {"uri": "a:c", "mimeType": "image/png", "blob": "aGk="}],
        ),
    ],
)
def test_what_was_read_becomes_contents(read: Any, contents: list[dict[str, Any]]) -> None:
    assert resources.contents(read, uri="a:b", mime_type="text/plain") == contents


@pytest.mark.parametrize("read", [None, [], 5, ["hi"], object()])
def test_anything_else_is_a_bug_and_never_empty_contents(read: Any) -> None:
    """MCP 2026-07-28 server/resources, Error Handling: an empty list would say that there is something."""
    with pytest.raises(TypeError):
        resources.contents(read, uri="a:b", mime_type="text/plain")
