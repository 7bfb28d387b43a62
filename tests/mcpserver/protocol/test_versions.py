"""The table of revisions."""

import pytest

from mcpserver.protocol import versions
from mcpserver.protocol.versions import REVISIONS, SSE_REVISIONS, SUPPORTED, Era


def test_the_newest_comes_first_and_only_it_needs_no_handshake() -> None:
    assert SUPPORTED == ("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26")
    assert [revision.era for revision in REVISIONS] == [Era.MODERN, Era.HANDSHAKE, Era.HANDSHAKE, Era.HANDSHAKE]


@pytest.mark.parametrize(
    ("requested", "settled"),
    [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        ("2026-07-28", "2025-11-25"),
        ("2024-11-05", "2025-11-25"),
        ("2099-01-01", "2025-11-25"),
        ("", "2025-11-25"),
    ],
)
def test_a_handshake_settles_the_version_asked_for_or_the_latest_of_its_era(requested: str, settled: str) -> None:
    """MCP 2025-11-25 basic/lifecycle, Version Negotiation: never an error, never a stateless revision."""
    assert versions.negotiate(requested).name == settled


@pytest.mark.parametrize(
    ("requested", "settled"),
    [
        ("2025-11-25", "2025-11-25"),
        ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2024-11-05"),
        ("2026-07-28", "2025-11-25"),
        ("2024-10-07", "2025-11-25"),
    ],
)
def test_the_oldest_transport_serves_every_revision_with_a_handshake(requested: str, settled: str) -> None:
    """Current clients ask for 2025-11-25 over HTTP+SSE as well, and expect it back."""
    assert versions.negotiate(requested, SSE_REVISIONS).name == settled


def test_the_oldest_revision_is_served_by_its_own_transport_alone() -> None:
    assert versions.by_name("2024-11-05") is None
    oldest = versions.by_name("2024-11-05", SSE_REVISIONS)
    assert oldest is not None
    assert (oldest.era, oldest.batches, oldest.error_id_null) == (Era.HANDSHAKE, False, True)
    assert versions.by_name("2026-07-28", SSE_REVISIONS) is None


@pytest.mark.parametrize(
    ("header", "name"),
    [(None, "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2026-07-28", "2026-07-28"), ("nonsense", "2026-07-28")],
)
def test_a_header_alone_stands_for_a_revision(header: str | None, name: str) -> None:
    assert versions.of_header(header).name == name


@pytest.mark.parametrize(
    ("name", "implementation", "tool"),
    [
        ("2024-11-05", {"name", "version"}, {"name", "description", "inputSchema"}),
        ("2025-03-26", {"name", "version"}, {"name", "description", "inputSchema", "annotations"}),
        (
            "2025-06-18",
            {"name", "version", "title"},
            {"name", "description", "inputSchema", "annotations", "title", "outputSchema", "_meta"},
        ),
        (
            "2025-11-25",
            {"name", "version", "title", "description", "icons", "websiteUrl"},
            {"name", "description", "inputSchema", "annotations", "title", "outputSchema", "_meta", "icons", "execution"},
        ),
        (
            "2026-07-28",
            {"name", "version", "title", "description", "icons", "websiteUrl"},
            {"name", "description", "inputSchema", "annotations", "title", "outputSchema", "_meta", "icons"},
        ),
    ],
)
def test_a_revision_has_the_fields_of_its_schema(name: str, implementation: set[str], tool: set[str]) -> None:
    revision = versions.by_name(name) or versions.by_name(name, SSE_REVISIONS)
    assert revision is not None
    assert (set(revision.implementation_fields), set(revision.tool_fields)) == (implementation, tool)
