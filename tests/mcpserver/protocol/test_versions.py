"""The table of revisions."""

import pytest

from mcpserver.protocol import versions
from mcpserver.protocol.versions import REVISIONS, SUPPORTED, Era


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
    ("header", "name"),
    [(None, "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2026-07-28", "2026-07-28"), ("nonsense", "2026-07-28")],
)
def test_a_header_alone_stands_for_a_revision(header: str | None, name: str) -> None:
    assert versions.of_header(header).name == name


@pytest.mark.parametrize(
    ("name", "implementation", "tool"),
    [
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
    revision = versions.by_name(name)
    assert revision is not None
    assert (set(revision.implementation_fields), set(revision.tool_fields)) == (implementation, tool)
