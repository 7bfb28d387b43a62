"""What is hashed of an event. Values in, hashes out.

What is personal (login, address, detail) goes in as a hash of its own, with the event's salt: when a person's data are
deleted, text and salt go, the hash stays, and the chain holds. Without the salt nobody finds the login again by guessing.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

# The hash before the first event.
GENESIS = "0" * 64
NOTHING: dict[str, Any] = {}


class Event(NamedTuple):
    """An event as it is read for the chain: ``FIELDS`` in order."""

    id: int
    at: datetime
    kind: str
    request_id: str
    client_name: str
    operator: str
    login: str
    address: str | None
    detail: Any
    person_id: int | None
    client_id: int | None
    session_id: Any
    sequence: int | None
    hash: str
    seal: Any
    salt: str

    @property
    def is_erased(self) -> bool:
        """Whether what was personal has been deleted."""
        return not (self.salt or self.login or self.address or self.detail)


FIELDS = Event._fields


def seal(event: Event, salt: str) -> dict[str, Any]:
    """Return what is kept beside an event: whom it was about, as numbers, and the hash of what is personal."""
    subjects = {"person": event.person_id, "client": event.client_id, "session": _text(event.session_id)}
    return {**subjects, "personal": personal_hash(event, salt)}


def personal_hash(event: Event, salt: str) -> str:
    """Return the hash of what can be erased."""
    return _sha256([salt, event.login, event.address, event.detail])


def event_hash(event: Event, before: str, sequence: int, kept: Any) -> str:
    """Return an event's hash, given the one before it, its place, and its ``seal``."""
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return _sha256([before, sequence, event.id, at, event.kind, event.request_id, event.client_name, event.operator, kept])


def fault(event: Event, before: str | None) -> str | None:
    """Return what is wrong with a sealed event, or None. ``before`` is the hash before it, None where that is not known."""
    kept = event.seal if isinstance(event.seal, dict) else NOTHING
    for name, now in (("person", event.person_id), ("client", event.client_id), ("session", _text(event.session_id))):
        # A row that is deleted takes its number away, and puts no other in its place.
        if now is not None and now != kept.get(name):
            return f"it now names another {name}"
    if not event.is_erased and personal_hash(event, event.salt) != kept.get("personal"):
        return "login, address or detail were changed"
    if before is not None and event_hash(event, before, event.sequence or 0, event.seal) != event.hash:
        return "it was changed, or the one before it was"
    return None


def _text(key: Any) -> str | None:
    return None if key is None else str(key)


def _sha256(values: list[Any]) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
