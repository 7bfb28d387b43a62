"""The revisions of MCP that are served, as data: what each has, newest first.

Code asks the table what a revision has and never which revision it is. A new revision is a new row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum


class Era(Enum):
    """How a client says what it speaks (MCP 2026-07-28 basic/versioning, Terminology)."""

    HANDSHAKE = "handshake"  # once, by ``initialize``
    MODERN = "modern"  # in ``_meta`` of every request


@dataclass(frozen=True, slots=True)
class Revision:
    """What one revision has. The defaults are those of the newest.

    ``error_id_null``: an error about a message whose id could not be read says ``"id": null`` (JSON-RPC 2.0 §5); the schemas
    from 2025-11-25 on leave the member out. ``polling``: a stream begins with an event that has an id and no
    data, and its connection may end early (SEP-1699). ``result_type``: results carry ``resultType`` and the server's identity
    in ``_meta``. ``cache_hints``: discovery, lists and reads carry ``ttlMs`` and ``cacheScope``. The sets of fields name what
    a thing may carry; ``block_fields_unknown`` names what a content block must not.

    ``elicitation_modes`` are the ways to ask the person, ``elicitation_id`` says that a page to open has an id, ``rich_forms``
    that forms have titled and multiple choices and defaults for every field, ``sampling_tools`` that a sampling message may
    hold several blocks and tools, ``progress_message`` that progress has words.
    """

    name: str
    era: Era
    batches: bool = False
    error_id_null: bool = False
    unknown_method_status: int = 404
    resource_not_found_code: int = -32602
    polling: bool = False
    result_type: bool = True
    cache_hints: bool = True
    structured_content: bool = True
    completions: bool = True
    extensions: bool = True
    implementation_fields: frozenset[str] = frozenset({"name", "version", "title", "description", "icons", "websiteUrl"})
    tool_fields: frozenset[str] = frozenset(
        {"name", "description", "inputSchema", "annotations", "title", "outputSchema", "_meta", "icons"}
    )
    resource_fields: frozenset[str] = frozenset(
        {"uri", "name", "description", "mimeType", "size", "annotations", "title", "_meta", "icons"}
    )
    template_fields: frozenset[str] = frozenset(
        {"uriTemplate", "name", "description", "mimeType", "annotations", "title", "_meta", "icons"}
    )
    prompt_fields: frozenset[str] = frozenset({"name", "description", "arguments", "title", "_meta", "icons"})
    argument_fields: frozenset[str] = frozenset({"name", "description", "required", "title"})
    annotation_fields: frozenset[str] = frozenset({"audience", "priority", "lastModified"})
    content_types: frozenset[str] = frozenset({"text", "image", "audio", "resource", "resource_link"})
    block_fields_unknown: frozenset[str] = frozenset()
    elicitation_modes: frozenset[str] = frozenset({"form", "url"})
    elicitation_id: bool = False
    rich_forms: bool = True
    sampling_tools: bool = True
    progress_message: bool = True


_2026_07_28 = Revision("2026-07-28", Era.MODERN)

_2025_11_25 = Revision(
    "2025-11-25",
    Era.HANDSHAKE,
    polling=True,
    unknown_method_status=200,
    resource_not_found_code=-32002,
    result_type=False,
    cache_hints=False,
    extensions=False,
    tool_fields=_2026_07_28.tool_fields | {"execution"},
    elicitation_id=True,
)

_2025_06_18 = Revision(
    "2025-06-18",
    Era.HANDSHAKE,
    error_id_null=True,
    unknown_method_status=200,
    resource_not_found_code=-32002,
    result_type=False,
    cache_hints=False,
    extensions=False,
    implementation_fields=frozenset({"name", "version", "title"}),
    tool_fields=_2026_07_28.tool_fields - {"icons"},
    resource_fields=_2026_07_28.resource_fields - {"icons"},
    template_fields=_2026_07_28.template_fields - {"icons"},
    prompt_fields=_2026_07_28.prompt_fields - {"icons"},
    block_fields_unknown=frozenset({"icons"}),
    elicitation_modes=frozenset({"form"}),
    rich_forms=False,
    sampling_tools=False,
)

_2025_03_26 = Revision(
    "2025-03-26",
    Era.HANDSHAKE,
    batches=True,
    error_id_null=True,
    unknown_method_status=200,
    resource_not_found_code=-32002,
    result_type=False,
    cache_hints=False,
    extensions=False,
    structured_content=False,
    implementation_fields=frozenset({"name", "version"}),
    tool_fields=frozenset({"name", "description", "inputSchema", "annotations"}),
    resource_fields=_2025_06_18.resource_fields - {"title", "_meta"},
    template_fields=_2025_06_18.template_fields - {"title", "_meta"},
    prompt_fields=_2025_06_18.prompt_fields - {"title", "_meta"},
    argument_fields=_2026_07_28.argument_fields - {"title"},
    annotation_fields=_2026_07_28.annotation_fields - {"lastModified"},
    content_types=_2026_07_28.content_types - {"resource_link"},
    block_fields_unknown=_2025_06_18.block_fields_unknown | {"_meta"},
    elicitation_modes=frozenset(),
    rich_forms=False,
    sampling_tools=False,
)

# The revision of the transport HTTP+SSE. There alone can it be negotiated, and so can every other one with a handshake.
_2024_11_05 = replace(
    _2025_03_26,
    name="2024-11-05",
    batches=False,
    completions=False,
    tool_fields=_2025_03_26.tool_fields - {"annotations"},
    content_types=_2025_03_26.content_types - {"audio"},
    progress_message=False,
)

# Served at ``/mcp``.
REVISIONS = (_2026_07_28, _2025_11_25, _2025_06_18, _2025_03_26)
SUPPORTED = tuple(revision.name for revision in REVISIONS)
# Served at ``/sse``.
SSE_REVISIONS = (_2025_11_25, _2025_06_18, _2025_03_26, _2024_11_05)

LATEST_MODERN = _2026_07_28
LATEST_HANDSHAKE = _2025_11_25
# MCP 2025-06-18 basic/transports, Protocol Version Header: what a request without the header is taken for.
WITHOUT_HEADER = _2025_03_26

_BY_NAME = {revision.name: revision for revision in (*REVISIONS, *SSE_REVISIONS)}


def by_name(name: str, served: Sequence[Revision] = REVISIONS) -> Revision | None:
    """Return the revision of that name if it is among the served ones, else None."""
    revision = _BY_NAME.get(name)
    return revision if revision in served else None


def negotiate(requested: str, served: Sequence[Revision] = REVISIONS) -> Revision:
    """Return the revision that answers ``initialize``: the one asked for, else the latest with a handshake.

    Never an error, and never a modern revision, which no handshake can reach (MCP 2025-11-25 basic/lifecycle, Version
    Negotiation).
    """
    revision = by_name(requested, served)
    return revision if revision is not None and revision.era is Era.HANDSHAKE else LATEST_HANDSHAKE


def of_header(protocol_version: str | None) -> Revision:
    """Return the revision that ``MCP-Protocol-Version`` alone stands for; an unknown one is taken for the newest."""
    if protocol_version is None:
        return WITHOUT_HEADER
    return by_name(protocol_version) or LATEST_MODERN
