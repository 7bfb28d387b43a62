"""Forms: which may be declared, what clients see of them, and which content fits."""

import datetime as dt
import enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AnyUrl, BaseModel, Field, SecretStr

from tests.support import schemas
from tools.forms import Choices, Form, FormDeclarationError, compiled
from tools.link import AnswerMalformed, AnswerUnfit


class Size(enum.StrEnum):
    SMALL = "small"
    LARGE = "large"


class Everything(Form):
    """A field of each kind."""

    name: str = Field("Ada", min_length=1, max_length=20, pattern="^[A-Z]", description="A name", title="Your name")
    age: int = Field(ge=0, lt=150)
    score: float | None = None
    sure: bool = True
    size: Size = Size.SMALL
    color: Literal["red", "green"] | None = None
    branch: Annotated[str, Choices(main="The main branch", dev="Development")] = "main"
    tags: Annotated[list[str], Choices({"v1.0": "The first"})] = []
    sizes: list[Size] = Field([], max_length=1)
    day: dt.date | None = None
    at: dt.datetime | None = None
    home: AnyUrl | None = None


FIELDS: dict[str, dict[str, Any]] = {
    "name": {
        "type": "string",
        "title": "Your name",
        "description": "A name",
        "default": "Ada",
        "minLength": 1,
        "maxLength": 20,
    },
    "age": {"type": "integer", "title": "Age", "minimum": 0},
    "score": {"type": "number", "title": "Score"},
    "sure": {"type": "boolean", "title": "Sure", "default": True},
    "size": {"type": "string", "enum": ["small", "large"], "default": "small"},
    "color": {"type": "string", "title": "Color", "enum": ["red", "green"]},
    "branch": {
        "type": "string",
        "title": "Branch",
        "default": "main",
        "oneOf": [{"const": "main", "title": "The main branch"}, {"const": "dev", "title": "Development"}],
    },
    "tags": {
        "type": "array",
        "title": "Tags",
        "default": [],
        "items": {"anyOf": [{"const": "v1.0", "title": "The first"}]},
    },
    "sizes": {
        "type": "array",
        "title": "Sizes",
        "default": [],
        "maxItems": 1,
        "items": {"type": "string", "enum": ["small", "large"]},
    },
    "day": {"type": "string", "title": "Day", "format": "date"},
    "at": {"type": "string", "title": "At", "format": "date-time"},
    "home": {"type": "string", "title": "Home", "format": "uri", "minLength": 1},
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_model_becomes_a_form(name: str) -> None:
    """EL-03. What a form cannot say, such as a pattern, is left out and still checked."""
    assert compiled(Everything).schema["properties"][name] == FIELDS[name]


@pytest.mark.parametrize("revision", ["2025-11-25", "2026-07-28"])
def test_the_form_is_one_of_the_specification(revision: str) -> None:
    schema = compiled(Everything).schema
    assert schema["required"] == ["age"]
    schemas.validate({"message": "m", "requestedSchema": schema}, revision, "ElicitRequestFormParams")


SECRETS = (
    *("password", "new_password", "apiToken", "api_key", "secret", "PIN", "otp", "cardNumber", "passphrase"),
    *("access_key_id", "recovery_code", "pwd", "clientSecret", "CVV", "github_token"),
)


@pytest.mark.parametrize("name", SECRETS)
def test_a_form_that_asks_for_a_secret_cannot_be_declared(name: str) -> None:
    """EL-01: secrets belong to a page."""
    with pytest.raises(FormDeclarationError, match="ask_url"):
        type("Asking", (Form,), {"__annotations__": {name: str}})
    with pytest.raises(FormDeclarationError, match="ask_url"):
        compiled({"type": "object", "properties": {name: {"type": "string"}}})


def test_a_title_or_a_type_tells_of_a_secret_as_well() -> None:
    with pytest.raises(FormDeclarationError, match="ask_url"):
        type("Asking", (Form,), {"__annotations__": {"value": str}, "value": Field("", title="Your password")})
    with pytest.raises(FormDeclarationError):
        type("Asking", (Form,), {"__annotations__": {"value": SecretStr}})


@pytest.mark.parametrize("name", ["tokens", "pinned", "secretary", "spin", "passport", "key", "username", "email", "opting"])
def test_a_name_that_merely_looks_like_it_is_fine(name: str) -> None:
    assert name in compiled({"type": "object", "properties": {name: {"type": "string"}}}).schema["properties"]


class Inner(BaseModel):
    x: int


@pytest.mark.parametrize("kind", [Inner, list[int], dict[str, str], list[str], int | str, Literal[1, 2], list[list[str]]])
def test_a_form_is_flat(kind: Any) -> None:
    with pytest.raises(FormDeclarationError, match="value"):
        type("Deep", (Form,), {"__annotations__": {"value": kind}})


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "array"},
        {"type": "object"},
        {"type": "object", "properties": {"a": 1}},
        {"type": "object", "properties": {"a": {}}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {"a": {"type": "string", "format": "hostname"}}},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": []}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"]},
    ],
)
def test_a_schema_that_is_no_form_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(FormDeclarationError):
        compiled(schema)


@pytest.mark.parametrize("fields", [int, "Name", None, 5])
def test_what_is_neither_model_nor_schema_is_refused(fields: Any) -> None:
    with pytest.raises(FormDeclarationError):
        compiled(fields)


def test_there_must_be_something_to_choose() -> None:
    with pytest.raises(FormDeclarationError):
        Choices()


def test_content_is_read_into_the_model() -> None:
    """10.0 is a whole number to JSON Schema; null and surplus names are nothing."""
    content = {"age": 36.0, "score": None, "day": "1815-12-10", "tags": ["v1.0"], "size": "large", "surplus": {"a": 1}}
    read = compiled(Everything).read(content)
    assert (read.age, read.score, read.day, read.tags, read.size) == (
        36,
        None,
        dt.date(1815, 12, 10),
        ["v1.0"],
        Size.LARGE,
    )


@pytest.mark.parametrize(
    "content",
    [
        {},
        None,
        {"age": "36"},
        {"age": 150},
        {"age": True},
        {"age": 1, "name": "lower"},
        {"age": 1, "name": ""},
        {"age": 1, "size": "medium"},
        {"age": 1, "branch": "other"},
        {"age": 1, "tags": ["v2.0"]},
        {"age": 1, "sizes": ["small", "large"]},
        {"age": 1, "day": "tomorrow"},
        {"age": 1, "home": "no uri"},
    ],
)
def test_content_that_does_not_fit_is_told_without_its_values(content: Any) -> None:
    with pytest.raises(AnswerUnfit) as caught:
        compiled(Everything).read(content)
    assert not {"lower", "medium", "other", "v2.0", "tomorrow", "no uri"} & set(str(caught.value).split())


def test_content_that_is_no_object_is_malformed() -> None:
    with pytest.raises(AnswerMalformed):
        compiled(Everything).read(["age", 1])


RAW = compiled(
    {
        "type": "object",
        "properties": {
            "text": {"type": "string", "minLength": 2, "maxLength": 4},
            "mail": {"type": "string", "format": "email"},
            "link": {"type": "string", "format": "uri"},
            "day": {"type": "string", "format": "date"},
            "at": {"type": "string", "format": "date-time"},
            "whole": {"type": "integer", "minimum": 1, "maximum": 9},
            "number": {"type": "number", "minimum": 0.5},
            "sure": {"type": "boolean"},
            "legacy": {"type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"]},
            "titled": {"type": "string", "oneOf": [{"const": "a", "title": "A"}]},
            "several": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string", "enum": ["a", "b", "c"]}},
            "titles": {"type": "array", "items": {"anyOf": [{"const": "a", "title": "A"}]}},
        },
    }
)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("text", "abc", ["a", "abcde", 1, None.__class__, ["a"]]),
        ("mail", "a@b.example", ["a", "a@b", "a b@c.d"]),
        ("link", "urn:x", ["no scheme", "//x"]),
        ("day", "2026-01-31", ["2026-02-30", "x"]),
        ("at", "2026-01-31T10:00:00Z", ["2026-01-31T10:00:00", "x"]),
        ("whole", 9, [0, 10, 1.5, "1", True]),
        ("number", 0.5, [0.4, "1", False]),
        ("sure", False, [0, "true"]),
        ("legacy", "b", ["A", 1]),
        ("titled", "a", ["A"]),
        ("several", ["a", "c"], [[], ["a", "b", "c"], ["d"], "a", [1]]),
        ("titles", ["a"], [["b"]]),
    ],
)
def test_a_raw_schema_is_read_as_strictly(name: str, good: Any, bad: list[Any]) -> None:
    assert RAW.read({name: good}) == {name: good}
    for value in bad:
        with pytest.raises(AnswerUnfit, match=name):
            RAW.read({name: value})


def test_what_is_required_is_required_of_a_raw_schema() -> None:
    form = compiled({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]})
    with pytest.raises(AnswerUnfit, match="a: is required"):
        form.read({"a": None})
