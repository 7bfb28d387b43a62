"""Progress and log messages: only where they were asked for, growing, and not too many."""

import asyncio
from typing import Any

import pytest

from mcpserver import links
from mcpserver.dispatch.call import Call
from mcpserver.links import telling
from mcpserver.protocol import logging
from mcpserver.protocol.asked import Asked
from tests.mcpserver.links.client import Client, call_of, step
from tools.link import Link

pytestmark = pytest.mark.asyncio

EACH_ERA = pytest.mark.parametrize("revision", ["2026-07-28", "2025-11-25", "2024-11-05"])


def linked(client: Client, revision: str = "2026-07-28", **asked: Any) -> tuple[Link, Call]:
    call = call_of(client)
    return links.for_call(step(revision, Asked(**asked)), call), call


@EACH_ERA
@pytest.mark.parametrize("token", ["abc", 7, ""])
async def test_progress_carries_the_token_as_it_came(revision: str, token: str | int) -> None:
    client = Client()
    link, _ = linked(client, revision, progress_token=token)
    await link.progress(1, 3, "begun")
    expected: dict[str, Any] = {"progressToken": token, "progress": 1, "total": 3, "message": "begun"}
    if revision == "2024-11-05":
        del expected["message"]
    assert client.sent == [("notifications/progress", expected)]


@pytest.mark.parametrize(("client", "asked"), [(Client(), {}), (Client(takes_notifications=False), {"progress_token": 1})])
async def test_no_progress_is_told_to_who_did_not_ask_or_cannot_hear(client: Client, asked: dict[str, Any]) -> None:
    link, call = linked(client, **asked)
    await link.progress(1, None, None)
    assert (client.sent, call.telling) == ([], [])


async def test_progress_grows_or_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """PC-01."""
    monkeypatch.setattr(telling, "PROGRESS_GAP_SECONDS", 0)
    client = Client()
    link, _ = linked(client, progress_token=1)
    for done in (0, 0, 5, 4, 5, 6):
        await link.progress(done, None, None)
    assert [params["progress"] for _, params in client.sent] == [0, 5, 6]


@pytest.mark.parametrize(("done", "total"), [(float("nan"), None), (float("inf"), None), (1, float("inf"))])
async def test_progress_is_a_number(done: float, total: float | None) -> None:
    link, _ = linked(Client(), progress_token=1)
    with pytest.raises(ValueError, match="finite"):
        await link.progress(done, total, None)


async def test_of_many_reports_at_once_the_first_and_the_last_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "PROGRESS_GAP_SECONDS", 3600)
    client = Client()
    link, call = linked(client, progress_token=1)
    for done in range(1000):
        await link.progress(done, 1000, None)
    assert [params["progress"] for _, params in client.sent] == [0]
    await links.settle(call, was_cancelled=False)
    await link.progress(1000, 1000, None)
    assert [params["progress"] for _, params in client.sent] == [0, 999]


async def test_what_was_held_back_is_told_when_its_time_comes() -> None:
    client = Client()
    link, _ = linked(client, progress_token=1)
    await link.progress(1, None, None)
    client.told.clear()
    await link.progress(2, None, None)
    await asyncio.wait_for(client.told.wait(), 10)
    assert [params["progress"] for _, params in client.sent] == [1, 2]


async def test_a_call_that_was_taken_back_tells_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "PROGRESS_GAP_SECONDS", 3600)
    client = Client()
    link, call = linked(client, progress_token=1)
    await link.progress(1, None, None)
    await link.progress(2, None, None)
    await links.settle(call, was_cancelled=True)
    assert [params["progress"] for _, params in client.sent] == [1]


@EACH_ERA
@pytest.mark.parametrize("threshold", [None, *logging.LEVELS])
async def test_only_the_level_asked_for_and_above_is_told(revision: str, threshold: str | None) -> None:
    """LG-02, LG-03: a client that set no level hears nothing."""
    client = Client()
    link, _ = linked(client, revision, log_level=threshold)
    for level in logging.LEVELS:
        await link.log(level, {"at": level}, "here")  # type: ignore[arg-type]
    expected = [] if threshold is None else logging.LEVELS[logging.LEVELS.index(threshold) :]
    assert [params["level"] for _, params in client.sent] == list(expected)
    assert all(params["logger"] == "here" for _, params in client.sent)


async def test_log_messages_have_a_bound() -> None:
    """LG-01: rate-limited."""
    client = Client()
    link, _ = linked(client, log_level="debug")
    for number in range(telling.LOG_BURST * 3):
        await link.log("info", number, None)
    assert telling.LOG_BURST <= len(client.sent) < telling.LOG_BURST * 3


async def test_the_allowance_grows_with_time() -> None:
    allowance = telling._Allowance(2, 1.0)
    assert [allowance.take(now) for now in (0, 0, 0, 0.5, 1, 1.5, 60, 60, 60)] == [
        *(True, True, False, False, True, False),
        *(True, True, False),
    ]
