"""Content blocks in the shape of each revision; what one does not know is told in words (MCP server/tools, Tool Result)."""

from collections.abc import Iterable, Mapping
from typing import Any

from mcpserver.protocol.versions import Revision

Block = Mapping[str, Any]


def blocks(given: Iterable[Block], revision: Revision) -> list[Block]:
    """Return content blocks, made in the shape of the newest revision, as this one has them."""
    return [block(each, revision) for each in given]


def block(given: Block, revision: Revision) -> Block:
    """Return one block."""
    if given["type"] not in revision.content_types:
        return {"type": "text", "text": _in_words(given)}
    if revision.block_fields_unknown:
        given = {name: value for name, value in given.items() if name not in revision.block_fields_unknown}
    return annotated(given, revision)


def annotated(given: Mapping[str, Any], revision: Revision) -> Mapping[str, Any]:
    """Return a block, resource or template with those of its annotations that the revision has."""
    if "annotations" not in given:
        return given
    known = {name: value for name, value in given["annotations"].items() if name in revision.annotation_fields}
    return {**given, "annotations": known}


def _in_words(given: Block) -> str:
    if given["type"] == "audio":
        return f"Sound ({given['mimeType']}), which this version of the protocol cannot carry."
    return f"{given.get('title') or given['name']}: {given['uri']}"
