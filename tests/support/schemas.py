"""The official JSON schemas of MCP, where the machine has them: nothing here needs them, and no download is tried."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "spec" / "schema"
FOLDER = Path(os.environ.get("MCP_SCHEMAS") or _BESIDE)


def is_there(revision: str) -> bool:
    """Return whether this machine has the schema of a revision."""
    return (FOLDER / revision / "schema.json").exists()


def definitions(revision: str) -> dict[str, Any]:
    """Return a revision's definitions by name; skip the test where there is no schema (``REQUIRE_ALL`` changes nothing)."""
    schema = _schema(revision)
    found: dict[str, Any] = schema[_keyword(schema)]
    return found


def validate(message: Any, revision: str, definition: str) -> None:
    """Check a message against one definition of a revision's schema.

    Raises:
        jsonschema.ValidationError: it does not fit.
    """
    validator(revision, definition).validate(message)


@cache
def validator(revision: str, definition: str) -> Any:
    """Return the validator of one definition."""
    schema = _schema(revision)
    keyword = _keyword(schema)
    assert definition in schema[keyword], f"{revision} has no {definition}"
    root = {"$schema": schema["$schema"], "$ref": f"#/{keyword}/{definition}", keyword: schema[keyword]}
    return jsonschema.validators.validator_for(root)(root)


@cache
def by_method(revision: str, union: str) -> dict[str, str]:
    """Return the definitions of a union (``ServerNotification``, ``ServerRequest``) by the method that each is for."""
    known = definitions(revision)
    names = [each["$ref"].rpartition("/")[2] for each in known.get(union, {}).get("anyOf", ())]
    return {known[name]["properties"]["method"]["const"]: name for name in names}


def _schema(revision: str) -> dict[str, Any]:
    if not is_there(revision):
        pytest.skip(f"no official schema of {revision}: set MCP_SCHEMAS to the folder that holds {revision}/schema.json")
    return _read(revision)


@cache
def _read(revision: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / revision / "schema.json").read_text(encoding="utf-8"))
    return schema


def _keyword(schema: dict[str, Any]) -> str:
    return "$defs" if "$defs" in schema else "definitions"
