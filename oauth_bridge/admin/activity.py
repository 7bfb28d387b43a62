"""What sessions did on the wire, told by those who speak it: this app knows of sign-ins alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from oauth_bridge.models import Session


@dataclass(frozen=True, slots=True)
class Activity:
    """One session's use. ``protocol_version`` is the last one that it spoke, ``program`` what it called itself.

    ``connections`` are its transport sessions that are in use, ``calls`` the tool calls that are still recorded.
    """

    protocol_version: str = ""
    program: str = ""
    connections: int = 0
    calls: int = 0


Source = Callable[[Sequence[UUID]], Mapping[UUID, Activity]]
# Given the ids of the sessions on a page, in a bounded number of queries.
SOURCES: list[Source] = []
NOTHING = Activity()


def attach(sessions: Sequence[Session]) -> None:
    """Give each session of a page its ``activity``."""
    keys = [session.pk for session in sessions]
    found: dict[UUID, Activity] = {}
    for source in SOURCES:
        found |= source(keys)
    for session in sessions:
        session.activity = found.get(session.pk, NOTHING)  # type: ignore[attr-defined]  # for the page alone
