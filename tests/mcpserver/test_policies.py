"""How a decision is told: to every process, and to clients no sooner than every process answers accordingly."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Group

from mcpserver import bearer
from mcpserver.protocol.subscriptions import LIST_CHANGED
from mcpserver.streams import bus
from mcpserver.streams.notices import Listener, Notices
from oauth_bridge.models import Person, RevocationEpoch
from tools.models import ReadOnlyClient, ToolRule, ToolSettings, ToolSwitch

CHANGED = LIST_CHANGED["toolsListChanged"]

DECISIONS: dict[str, Callable[[], object]] = {
    "rule": lambda: ToolRule.objects.create(target="calculate", who="everyone", effect="deny"),
    "switch": lambda: ToolSwitch.objects.create(target="calculate", is_on=False),
    "site": lambda: ToolSettings.objects.create(read_only=True),
    "program": lambda: ReadOnlyClient.objects.create(client="client-1"),
    "group": lambda: Person.objects.get().groups.add(Group.objects.get(name="counting")),
}


def epoch() -> int:
    """Return what makes every process read the decisions anew."""
    return RevocationEpoch.objects.values_list("value", flat=True).first() or 0


@pytest.mark.django_db
@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_is_announced_with_the_time_that_it_takes_to_hold(monkeypatch: pytest.MonkeyPatch, decision: str) -> None:
    Group.objects.create(name="counting")
    Person.objects.create(username="github:1001", github_id=1001, login="alice")
    before = epoch()
    announced: list[Mapping[str, Any]] = []
    monkeypatch.setattr(bus, "publish_sync", lambda _kind, _target, payload: announced.append(payload))
    DECISIONS[decision]()
    assert {each["method"] for each in announced} == set(LIST_CHANGED.values())
    assert {each["wait_seconds"] for each in announced} == {bearer.EPOCH_SECONDS}
    assert epoch() > before


@pytest.mark.asyncio
async def test_a_process_that_hears_of_it_tells_nobody_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "subscribe", lambda *_: lambda: None)
    loop, heard = asyncio.get_running_loop(), asyncio.Event()
    waits: list[tuple[float, Callable[[], object]]] = []
    notices = Notices()
    notices.want(Listener(1, lambda *_: heard.set()), {(CHANGED, "")})
    with monkeypatch.context() as patch:
        patch.setattr(loop, "call_later", lambda delay, callback, *given: waits.append((delay, lambda: callback(*given))))
        notices._hear({"method": CHANGED, "params": {}, "github_id": None, "wait_seconds": 7})
    [(delay, then)] = waits
    assert delay == 7
    assert not notices._due
    then()
    await asyncio.wait_for(heard.wait(), 5)
