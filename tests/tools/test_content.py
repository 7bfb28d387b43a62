"""Content blocks as authors make them (MCP 2026-07-28 server/tools, Tool Result)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.support import schemas
from tools import content, results
from tools.content import Annotations, Block, Icon

MOMENT = datetime(2026, 1, 31, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("made", "block"),
    [
        (content.words("hi"), {"type": "text", "text": "hi"}),
        (content.image(b"hi"), {"type": "image", "data": "aGk=", "mimeType": "image/png"}),
        (content.image(b"", "image/jpeg"), {"type": "image", "data": "", "mimeType": "image/jpeg"}),
        (content.audio(b"hi"), {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"}),
        (
            content.embedded("a:b", "hi", "text/plain"),
            {"type": "resource", "resource": {"uri": "a:b", "mimeType": "text/plain", "text": "hi"}},
        ),
        (content.embedded("a:b", b"hi"), {"type": "resource", "resource": {"uri": "a:b", "blob": "aGk="}}),
        (content.link("a:b", "b"), {"type": "resource_link", "uri": "a:b", "name": "b"}),
        (
            content.link("a:b", "b", title="B", description="It.", mime_type="text/plain", size_bytes=0),
            {
                "type": "resource_link",
                "uri": "a:b",
                "name": "b",
                "title": "B",
                "description": "It.",
                "mimeType": "text/plain",
                "size": 0,
            },
        ),
    ],
)
def test_a_block_has_the_shape_of_the_newest_revision(made: Block, block: Block) -> None:
    assert made == block
    schemas.validate(made, "2026-07-28", "ContentBlock")


def test_annotations_say_what_is_set() -> None:
    everything = Annotations(audience=("user", "assistant"), priority=0, last_modified=MOMENT)
    assert content.words("hi", annotations=everything)["annotations"] == {
        "audience": ["user", "assistant"],
        "priority": 0,
        "lastModified": "2026-01-31T12:00:00Z",
    }
    assert Annotations().wire() == {}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"priority": 1.1}, "0 to 1"),
        ({"priority": -0.1}, "0 to 1"),
        ({"last_modified": datetime(2026, 1, 31, tzinfo=UTC).replace(tzinfo=None)}, "time zone"),
    ],
)
def test_annotations_that_no_client_could_read_are_refused(wrong: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Annotations(**wrong)  # type: ignore[arg-type]


def test_an_icon_says_what_is_set() -> None:
    assert content.icons_on_wire([Icon("https://a.example/i.png")]) == {
        "icons": [{"src": "https://a.example/i.png", "mimeType": "image/png"}]
    }
    full = Icon("data:image/svg+xml;base64,PA==", "image/svg+xml", ("any",), "dark")
    assert full.wire() == {
        "src": "data:image/svg+xml;base64,PA==",
        "mimeType": "image/svg+xml",
        "sizes": ["any"],
        "theme": "dark",
    }
    assert content.icons_on_wire([]) == {}


@pytest.mark.parametrize("src", ["http://a.example/i.png", "javascript:alert(1)", "data:text/html,x", "/i.png", ""])
def test_an_icon_that_clients_must_not_load_is_refused(src: str) -> None:
    """MCP 2025-11-25 basic/index, Icons: https or data URIs."""
    with pytest.raises(ValueError, match="https URI or a data URI"):
        Icon(src)


def test_a_result_may_have_several_blocks() -> None:
    made = results.blocks(content.words("hi"), content.image(b"hi"))
    assert [block["type"] for block in made.content] == ["text", "image"]
    assert (made.is_error, made.structured) == (False, None)
