"""The JSON schemas of forms: which are allowed, how one comes from a model, and what content fits."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

_ABOUT = {"type", "title", "description", "default"}
# MCP 2026-07-28 schema, PrimitiveSchemaDefinition; ``enumNames`` is its legacy form.
_STRING = _ABOUT | {"minLength", "maxLength", "format"}
_CHOICE = _ABOUT | {"enum", "enumNames", "oneOf"}
_NUMBER = _ABOUT | {"minimum", "maximum"}
_SEVERAL = _ABOUT | {"minItems", "maxItems", "items"}
_FORMATS = ("email", "uri", "date", "date-time")

# Words of a name or title; two words stand for a pair that follow each other.
_SECRETS = (
    *("password", "passwd", "passphrase", "passcode", "pwd", "secret", "secrets", "token", "credential", "credentials", "pin"),
    *("otp", "totp", "cvv", "cvc", "ssn", "iban", "apikey", "api key", "private key", "access key", "card number"),
    *("credit card", "recovery code", "security code", "verification code", "one time code"),
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class FormDeclarationError(TypeError):
    """A form is declared wrongly: it is not flat, holds what clients cannot show, or asks for a secret."""


def of_model_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what pydantic made of a model as a form: references put in, null taken out, only keywords that forms have.

    What a form cannot say (patterns, exclusive bounds) is left to the model, which reads the content.
    """
    definitions = schema.get("$defs", {})
    properties = {name: _field(each, definitions) for name, each in schema.get("properties", {}).items()}
    made: dict[str, Any] = {"type": "object", "properties": properties}
    if schema.get("required"):
        made["required"] = schema["required"]
    return made


def checked(schema: dict[str, Any], what: str) -> dict[str, Any]:
    """Return the schema if it is a form's.

    Raises:
        FormDeclarationError: see its docstring.
    """
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, dict):
        raise FormDeclarationError(f"{what} must be an object with properties")
    for name, field in properties.items():
        if not isinstance(field, dict) or (allowed := _keywords(field)) is None or not field.keys() <= allowed:
            raise FormDeclarationError(f"{what}: {name} is not text, a number, yes or no, or a choice of texts")
        if _asks_for_a_secret(name, field):
            raise FormDeclarationError(f"{what}: {name} looks like a secret; send the person to a page for that (ask_url)")
    if not set(schema.get("required", ())) <= properties.keys():
        raise FormDeclarationError(f"{what}: a field that is required is not there")
    return schema


def errors(schema: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and reason for each thing in ``content`` that the schema does not allow."""
    for name in schema.get("required", ()):
        if name not in content:
            yield name, "is required"
    for name, value in content.items():
        reason = _reason(schema["properties"][name], value)
        if reason:
            yield name, reason


def options(field: Mapping[str, Any]) -> list[str] | None:
    """Return the values that a choice (of one or of several) offers, None for another field."""
    offer = field.get("items", field)
    titled = offer.get("oneOf") or offer.get("anyOf")
    return [each["const"] for each in titled] if titled else offer.get("enum")


def _field(field: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    field = _plain(field, definitions)
    if isinstance(field.get("items"), dict):
        items = _plain(field["items"], definitions)
        field["items"] = {name: value for name, value in items.items() if name in ("type", "enum", "anyOf")}
    if "const" in field and "enum" not in field:
        field["enum"] = [field["const"]]
    if field.get("default", 0) is None:
        del field["default"]
    allowed = _keywords(field) or field.keys()
    if field.get("format") not in _FORMATS:
        field.pop("format", None)
    return {name: value for name, value in field.items() if name in allowed}


def _plain(field: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return a field without reference and without "or null"."""
    if "$ref" in field:
        # The title of a definition is the name of a Python class.
        definition = {**definitions[field["$ref"].rpartition("/")[2]], "title": None}
        field = {name: value for name, value in {**definition, **field}.items() if name != "$ref" and value is not None}
    branches = [each for each in field.get("anyOf", ()) if each.get("type") != "null"]
    if len(branches) == 1 and len(field["anyOf"]) == 2:
        own = {name: value for name, value in field.items() if name != "anyOf"}
        return {**_plain(branches[0], definitions), **own}
    return dict(field)


def _keywords(field: Mapping[str, Any]) -> set[str] | None:
    """Return the keywords that a field of this kind may have, None for a kind that forms do not have."""
    match field.get("type"):
        case "string" if "enum" in field or "oneOf" in field:
            return _CHOICE if _are_texts(options(field)) else None
        case "string":
            return _STRING if field.get("format", "email") in _FORMATS else None
        case "number" | "integer" if "enum" not in field:
            return _NUMBER
        case "boolean":
            return _ABOUT
        case "array":
            return _SEVERAL if isinstance(field.get("items"), dict) and _are_texts(options(field)) else None
    return None


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(value, str) for value in values)


def _asks_for_a_secret(name: str, field: Mapping[str, Any]) -> bool:
    if field.get("format") == "password" or field.get("writeOnly"):
        return True
    for said in (name, str(field.get("title", ""))):
        words = f" {' '.join(word.lower() for word in _WORD.findall(said))} "
        if any(f" {secret} " in words for secret in _SECRETS):
            return True
    return False


def _reason(field: Mapping[str, Any], value: Any) -> str | None:
    match field["type"]:
        case "boolean":
            return None if isinstance(value, bool) else "must be true or false"
        case "integer":
            return _number_reason(field, value) if type(value) is int else "must be a whole number"
        case "number":
            return _number_reason(field, value) if type(value) in (int, float) else "must be a number"
        case "array":
            return _several_reason(field, value)
    if not isinstance(value, str):
        return "must be text"
    offered = options(field)
    if offered is not None:
        return None if value in offered else "is none of the choices"
    return _text_reason(field, value)


def _number_reason(field: Mapping[str, Any], value: float) -> str | None:
    if value < field.get("minimum", value):
        return f"must be at least {field['minimum']}"
    if value > field.get("maximum", value):
        return f"must be at most {field['maximum']}"
    return None


def _several_reason(field: Mapping[str, Any], value: Any) -> str | None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return "must be a list of texts"
    if not set(value) <= set(options(field) or ()):
        return "holds something that is none of the choices"
    if not field.get("minItems", 0) <= len(value) <= field.get("maxItems", len(value)):
        return "has too few or too many entries"
    return None


def _text_reason(field: Mapping[str, Any], value: str) -> str | None:
    if not field.get("minLength", 0) <= len(value) <= field.get("maxLength", len(value)):
        return "is too short or too long"
    form = field.get("format")
    return None if form is None or _has_format(form, value) else f"is no {form}"


def _has_format(form: str, value: str) -> bool:
    try:
        match form:
            case "email":
                return _EMAIL.fullmatch(value) is not None
            case "uri":
                return bool(urlsplit(value).scheme)
            case "date":
                date.fromisoformat(value)
            case _:
                return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
    return True
