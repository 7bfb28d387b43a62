"""``elicitation/create`` in the shape of each revision (MCP client/elicitation). Params come in the newest shape.

Where a revision cannot show a field it is asked for in another way, and the content is turned back: whoever asked does not
notice.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mcpserver.protocol.versions import Revision

_SEVERAL_HINT = "Any of these, separated by commas"


def params_for(params: Mapping[str, Any], revision: Revision, elicitation_id: str) -> dict[str, Any]:
    """Return the params that a client of this revision gets. ``elicitation_id`` is for those that know pages by one."""
    if params.get("mode") == "url":
        return {**params, "elicitationId": elicitation_id} if revision.elicitation_id else dict(params)
    if revision.rich_forms:
        return dict(params)
    schema = params["requestedSchema"]
    properties = {name: _plain_field(field) for name, field in schema["properties"].items()}
    return {**params, "requestedSchema": {**schema, "properties": properties}}


def content_from(content: Any, params: Mapping[str, Any], revision: Revision) -> Any:
    """Return the content of an answer as the newest revision would have sent it."""
    if revision.rich_forms or not isinstance(content, dict):
        return content
    several = set(_several(params["requestedSchema"]["properties"]))
    return {name: _split(value) if name in several else value for name, value in content.items()}


def _plain_field(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return a field as MCP 2025-06-18 has it: defaults for yes and no alone, titles as ``enumNames``, one choice of many."""
    made = dict(field)
    if made["type"] != "boolean":
        made.pop("default", None)
    if "oneOf" in made:
        options = made.pop("oneOf")
        made |= {"enum": [each["const"] for each in options], "enumNames": [each["title"] for each in options]}
    return _as_text(made) if made["type"] == "array" else made


def _as_text(field: Mapping[str, Any]) -> dict[str, Any]:
    items = field["items"]
    offered = [f"{each['const']} ({each['title']})" for each in items["anyOf"]] if "anyOf" in items else items["enum"]
    told = [field["description"]] if "description" in field else []
    made = {"type": "string", "description": " ".join([*told, f"{_SEVERAL_HINT}: {', '.join(offered)}"])}
    return {**made, "title": field["title"]} if "title" in field else made


def _several(properties: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, field in properties.items() if field["type"] == "array")


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
