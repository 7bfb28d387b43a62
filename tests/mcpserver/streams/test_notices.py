"""Changes that come together are told once, and only to those who asked."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from mcpserver.protocol.subscriptions import RESOURCE_UPDATED
from mcpserver.streams import bus
from mcpserver.streams.notices import Key, Listener, Notices

pytestmark = pytest.mark.asyncio

TOOLS: Key = ("notifications/tools/list_changed", "")
PROMPTS: Key = ("notifications/prompts/list_changed", "")
PROFILE: Key = (RESOURCE_UPDATED, "github://user/alice")


class Ear:
    def __init__(self, notices: Notices, keys: set[Key], github_id: int = 1) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.heard = asyncio.Event()
        self.listener = Listener(github_id, self._deliver)
        notices.want(self.listener, keys)

    def _deliver(self, method: str, params: Mapping[str, Any]) -> None:
        self.told.append((method, dict(params)))
        self.heard.set()


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> Notices:
    monkeypatch.setattr(bus, "subscribe", lambda *_: lambda: None)
    return Notices()


def changed(key: Key, github_id: int | None = None) -> dict[str, Any]:
    return {"method": key[0], "params": {"uri": key[1]} if key[1] else {}, "github_id": github_id}


async def test_many_changes_at_once_are_one_notice(notices: Notices) -> None:
    ear = Ear(notices, {TOOLS, PROMPTS})
    for _ in range(20):
        notices._hear(changed(TOOLS))
    notices._hear(changed(PROMPTS))
    while len(ear.told) < 2:
        await asyncio.wait_for(ear.heard.wait(), 5)
        ear.heard.clear()
    assert [method for method, _ in ear.told] == [TOOLS[0], PROMPTS[0]]


async def test_a_change_after_a_notice_is_told_again_though_not_at_once(notices: Notices) -> None:
    ear = Ear(notices, {TOOLS})
    times = []
    for _ in range(2):
        notices._hear(changed(TOOLS))
        await asyncio.wait_for(ear.heard.wait(), 5)
        ear.heard.clear()
        times.append(asyncio.get_running_loop().time())
    assert len(ear.told) == 2
    assert times[1] - times[0] >= 0.09


async def test_only_those_who_asked_and_whom_it_is_about_are_told(notices: Notices) -> None:
    alice, bob, other = Ear(notices, {PROFILE}, 1), Ear(notices, {PROFILE}, 2), Ear(notices, {TOOLS}, 1)
    notices._hear(changed(PROFILE, github_id=1))
    await asyncio.wait_for(alice.heard.wait(), 5)
    assert alice.told == [(RESOURCE_UPDATED, {"uri": "github://user/alice"})]
    assert not bob.told
    assert not other.told


async def test_whoever_left_hears_nothing_and_leaves_nothing_behind(notices: Notices) -> None:
    ear, stays = Ear(notices, {TOOLS, PROFILE}), Ear(notices, {TOOLS})
    notices._hear(changed(TOOLS))
    notices.remove(ear.listener)
    await asyncio.wait_for(stays.heard.wait(), 5)
    assert not ear.told
    notices.remove(stays.listener)
    assert not notices._by_key
