"""Content blocks: what tools answer and prompts say, in the newest revision's wire shape (MCP 2026-07-28 server/tools).

Older clients get what their revision has: the transport puts the rest into words.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Block = dict[str, Any]
Reader = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """For whom something is, how much it matters (0 to 1), and when it changed (MCP server/resources, Annotations)."""

    audience: tuple[Reader, ...] = ()
    priority: float | None = None
    last_modified: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what no client could read."""
        if self.priority is not None and not 0 <= self.priority <= 1:
            raise ValueError("priority goes from 0 to 1")
        if self.last_modified is not None and self.last_modified.tzinfo is None:
            raise ValueError("last_modified needs a time zone")

    def wire(self) -> dict[str, Any]:
        """Return ``{"audience": ["user"], "priority": 0.5, "lastModified": "2026-01-31T12:00:00Z"}``, as far as set."""
        made: dict[str, Any] = {}
        if self.audience:
            made["audience"] = list(self.audience)
        if self.priority is not None:
            made["priority"] = self.priority
        if self.last_modified is not None:
            made["lastModified"] = self.last_modified.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return made


@dataclass(frozen=True, slots=True)
class Icon:
    """A picture for a tool, resource or prompt. ``src`` is an https or data URI; ``sizes`` are like ``48x48`` or ``any``.

    PNG and JPEG are safe choices: clients need not show anything else (MCP 2025-11-25 basic/index, Icons).
    """

    src: str
    mime_type: str = "image/png"
    sizes: tuple[str, ...] = ()
    theme: Literal["light", "dark"] | None = None

    def __post_init__(self) -> None:
        """Refuse a source that clients must not load."""
        if not self.src.startswith(("https://", "data:image/")):
            raise ValueError("an icon's src must be an https URI or a data URI of an image")

    def wire(self) -> dict[str, Any]:
        """Return ``{"src": …, "mimeType": …}``, and ``sizes`` and ``theme`` where they are set."""
        made: dict[str, Any] = {"src": self.src, "mimeType": self.mime_type}
        if self.sizes:
            made["sizes"] = list(self.sizes)
        if self.theme is not None:
            made["theme"] = self.theme
        return made


def words(message: str, *, annotations: Annotations | None = None) -> Block:
    """Return a text block."""
    return _annotated({"type": "text", "text": message}, annotations)


def image(data: bytes, mime_type: str = "image/png", *, annotations: Annotations | None = None) -> Block:
    """Return an image block."""
    return _annotated({"type": "image", "data": encoded(data), "mimeType": mime_type}, annotations)


def audio(data: bytes, mime_type: str = "audio/wav", *, annotations: Annotations | None = None) -> Block:
    """Return a sound block; words for clients of 2024-11-05, which know no sound."""
    return _annotated({"type": "audio", "data": encoded(data), "mimeType": mime_type}, annotations)


def embedded(uri: str, data: str | bytes, mime_type: str | None = None, *, annotations: Annotations | None = None) -> Block:
    """Return a block that holds a resource whole. Text goes as text, bytes as base64."""
    return _annotated({"type": "resource", "resource": contents_of(uri, data, mime_type)}, annotations)


def link(
    uri: str,
    name: str,
    *,
    title: str | None = None,
    description: str | None = None,
    mime_type: str | None = None,
    size_bytes: int | None = None,
    annotations: Annotations | None = None,
) -> Block:
    """Return a block that points to a resource; words for clients before 2025-06-18, which know no links."""
    optional = {"title": title, "description": description, "mimeType": mime_type, "size": size_bytes}
    given = {key: value for key, value in optional.items() if value is not None}
    return _annotated({"type": "resource_link", "uri": uri, "name": name, **given}, annotations)


def contents_of(uri: str, data: str | bytes, mime_type: str | None) -> dict[str, Any]:
    """Return a resource's contents: ``{"uri": …, "mimeType": …, "text": …}``, or ``blob`` in place of ``text`` for bytes."""
    made = {"uri": uri} if mime_type is None else {"uri": uri, "mimeType": mime_type}
    return {**made, "text": data} if isinstance(data, str) else {**made, "blob": encoded(data)}


def icons_on_wire(icons: Iterable[Icon]) -> dict[str, Any]:
    """Return the member ``icons``, or nothing where there are none."""
    made = [icon.wire() for icon in icons]
    return {"icons": made} if made else {}


def encoded(data: bytes) -> str:
    """Return bytes as base64 (RFC 4648 §4)."""
    return base64.b64encode(data).decode()


def _annotated(block: Block, annotations: Annotations | None) -> Block:
    return block if annotations is None else {**block, "annotations": annotations.wire()}
