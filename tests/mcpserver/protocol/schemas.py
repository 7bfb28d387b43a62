"""The official JSON schemas of MCP, where the machine has them."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

_BESIDE = Path(__file__).resolve().parents[3].parent / "shared" / "spec" / "schema"
FOLDER = Path(os.environ.get("MCP_SCHEMAS") or _BESIDE)


@cache
def _schema(revision: str) -> dict[str, Any]:
    file = FOLDER / revision / "schema.json"
    if not file.exists():
        pytest.skip(f"no official schema of {revision}: set MCP_SCHEMAS to the folder that holds {revision}/schema.json")
    schema: dict[str, Any] = json.loads(file.read_text())
    return schema


def definitions(revision: str) -> dict[str, Any]:
    schema = _schema(revision)
    found: dict[str, Any] = schema.get("$defs") or schema["definitions"]
    return found


def validate(message: Any, revision: str, definition: str) -> None:
    """Check a message against one definition of a revision's schema."""
    schema = _schema(revision)
    keyword = "$defs" if "$defs" in schema else "definitions"
    assert definition in schema[keyword], f"{revision} has no {definition}"
    root = {"$schema": schema["$schema"], "$ref": f"#/{keyword}/{definition}", keyword: schema[keyword]}
    jsonschema.validators.validator_for(root)(root).validate(message)
