"""Content blocks in the shape of each revision."""

from typing import Any

import pytest

from mcpserver.protocol import content
from mcpserver.protocol.versions import SSE_REVISIONS, by_name
from tests.support import schemas

ANNOTATIONS = {"audience": ["user"], "priority": 0.5, "lastModified": "2026-01-31T12:00:00Z"}
TEXT = {"type": "text", "text": "hi"}
IMAGE = {"type": "image", "data": "aGk=", "mimeType": "image/png"}
AUDIO = {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"}
EMBEDDED = {"type": "resource", "resource": {"uri": "a:b", "mimeType": "text/plain", "text": "a"}}
LINK = {"type": "resource_link", "uri": "https://example.com/a", "name": "a"}
ICON = {"src": "https://example.com/a.png"}

SOUND_IN_WORDS = {"type": "text", "text": "Sound (audio/wav), which this version of the protocol cannot carry."}
LINK_IN_WORDS = {"type": "text", "text": "a: https://example.com/a"}

ALL = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")


def shaped(block: dict[str, Any], version: str) -> dict[str, Any]:
    revision = by_name(version) or by_name(version, SSE_REVISIONS)
    assert revision is not None
    [made] = content.blocks([block], revision)
    schemas.validate({"content": [made], "resultType": "complete"}, version, "CallToolResult")
    return dict(made)


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("block", [TEXT, IMAGE, EMBEDDED])
def test_what_every_revision_has_goes_as_it_is(block: dict[str, Any], version: str) -> None:
    assert shaped(block, version) == block


@pytest.mark.parametrize(
    ("block", "since", "words"),
    [(AUDIO, "2025-03-26", SOUND_IN_WORDS), (LINK, "2025-06-18", LINK_IN_WORDS)],
)
@pytest.mark.parametrize("version", ALL)
def test_what_a_revision_does_not_know_is_told_in_words(
    block: dict[str, Any], since: str, words: dict[str, Any], version: str
) -> None:
    assert shaped(block, version) == (block if version >= since else words)


def test_a_link_in_words_has_its_title() -> None:
    assert shaped({**LINK, "title": "The file"}, "2025-03-26")["text"] == "The file: https://example.com/a"


@pytest.mark.parametrize("version", ALL)
def test_annotations_are_those_of_the_revision(version: str) -> None:
    """``lastModified`` came with 2025-06-18."""
    expected = set(ANNOTATIONS) if version >= "2025-06-18" else {"audience", "priority"}
    assert set(shaped({**TEXT, "annotations": ANNOTATIONS}, version)["annotations"]) == expected


@pytest.mark.parametrize("version", ALL)
def test_members_of_later_revisions_are_left_out(version: str) -> None:
    """``_meta`` came with 2025-06-18, ``icons`` with 2025-11-25."""
    made = shaped({**TEXT, "_meta": {"a.b/c": 1}}, version)
    assert ("_meta" in made) is (version >= "2025-06-18")
    assert ("icons" in shaped({**LINK, "icons": [ICON]}, version)) is (version >= "2025-11-25")
