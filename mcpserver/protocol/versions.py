"""The revisions of MCP that are served at ``/mcp``, as data: what each has, newest first.

Code asks the table what a revision has and never which revision it is. A new revision is a new row.
"""

from dataclasses import dataclass
from enum import Enum


class Era(Enum):
    """How a client says what it speaks (MCP 2026-07-28 basic/versioning, Terminology)."""

    HANDSHAKE = "handshake"  # once, by ``initialize``
    MODERN = "modern"  # in ``_meta`` of every request


@dataclass(frozen=True, slots=True)
class Revision:
    """What one revision has. The defaults are those of the newest.

    ``error_id_null``: an error about a message whose id could not be read says ``"id": null`` (JSON-RPC 2.0 §5); the schemas
    from 2025-11-25 on leave the member out. ``result_type``: results carry ``resultType`` and the server's identity in
    ``_meta``. ``cache_hints``: discovery and lists carry ``ttlMs`` and ``cacheScope``.
    """

    name: str
    era: Era
    batches: bool = False
    error_id_null: bool = False
    unknown_method_status: int = 404
    result_type: bool = True
    cache_hints: bool = True
    structured_content: bool = True
    implementation_fields: frozenset[str] = frozenset({"name", "version", "title", "description", "icons", "websiteUrl"})
    tool_fields: frozenset[str] = frozenset(
        {"name", "description", "inputSchema", "annotations", "title", "outputSchema", "_meta", "icons"}
    )
    content_types: frozenset[str] = frozenset({"text", "image", "audio", "resource", "resource_link"})


_2026_07_28 = Revision("2026-07-28", Era.MODERN)

_2025_11_25 = Revision(
    "2025-11-25",
    Era.HANDSHAKE,
    unknown_method_status=200,
    result_type=False,
    cache_hints=False,
    tool_fields=_2026_07_28.tool_fields | {"execution"},
)

_2025_06_18 = Revision(
    "2025-06-18",
    Era.HANDSHAKE,
    error_id_null=True,
    unknown_method_status=200,
    result_type=False,
    cache_hints=False,
    implementation_fields=frozenset({"name", "version", "title"}),
    tool_fields=_2026_07_28.tool_fields - {"icons"},
)

_2025_03_26 = Revision(
    "2025-03-26",
    Era.HANDSHAKE,
    batches=True,
    error_id_null=True,
    unknown_method_status=200,
    result_type=False,
    cache_hints=False,
    structured_content=False,
    implementation_fields=frozenset({"name", "version"}),
    tool_fields=frozenset({"name", "description", "inputSchema", "annotations"}),
    content_types=_2026_07_28.content_types - {"resource_link"},
)

REVISIONS = (_2026_07_28, _2025_11_25, _2025_06_18, _2025_03_26)
SUPPORTED = tuple(revision.name for revision in REVISIONS)

LATEST_MODERN = _2026_07_28
LATEST_HANDSHAKE = _2025_11_25
# MCP 2025-06-18 basic/transports, Protocol Version Header: what a request without the header is taken for.
WITHOUT_HEADER = _2025_03_26

_BY_NAME = {revision.name: revision for revision in REVISIONS}


def by_name(name: str) -> Revision | None:
    """Return the served revision of that name, or None."""
    return _BY_NAME.get(name)


def negotiate(requested: str) -> Revision:
    """Return the revision that answers ``initialize``: the one asked for, else the latest with a handshake.

    Never an error, and never a modern revision, which no handshake can reach (MCP 2025-11-25 basic/lifecycle, Version
    Negotiation).
    """
    revision = by_name(requested)
    return revision if revision is not None and revision.era is Era.HANDSHAKE else LATEST_HANDSHAKE


def of_header(protocol_version: str | None) -> Revision:
    """Return the revision that ``MCP-Protocol-Version`` alone stands for; an unknown one is taken for the newest."""
    if protocol_version is None:
        return WITHOUT_HEADER
    return by_name(protocol_version) or LATEST_MODERN
