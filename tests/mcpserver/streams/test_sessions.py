"""Sessions that end while a request of theirs is on its way: between finding a session and watching it, anything may happen."""

import asyncio
from typing import Any

import pytest

from mcpserver.protocol.exchange import Cancelled
from mcpserver.streams import bus, calls, sessions

pytestmark = pytest.mark.asyncio

KEY = "the-session"


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> sessions.Sessions:
    """Return sessions without a database, which ``calls`` watches."""
    found = sessions.Sessions()
    monkeypatch.setattr(sessions, "watch", found.watch)
    monkeypatch.setattr(bus, "subscribe", lambda *_: lambda: None)
    return found


def ends(known: sessions.Sessions, key: str = KEY) -> None:
    known._hear({"key": key, "has_ended": True})


async def test_a_call_whose_session_ended_before_it_is_watched_does_not_run_on(known: sessions.Sessions) -> None:
    async def never_done() -> Any:
        await asyncio.Event().wait()

    ends(known)
    async with asyncio.timeout(10):
        assert isinstance(await calls.cancellable(KEY, 1, never_done()), Cancelled)


async def test_a_change_is_no_end(known: sessions.Sessions) -> None:
    heard: list[str] = []
    known._hear({"key": KEY, "has_ended": False})
    known.watch(KEY, lambda: heard.append(KEY))
    ends(known, "another")
    assert heard == []
    ends(known)
    assert heard == [KEY]


async def test_ends_are_remembered_within_bounds(known: sessions.Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_ENDS", 2)
    for number in range(5):
        ends(known, str(number))
    assert list(known._ended) == ["3", "4"]
