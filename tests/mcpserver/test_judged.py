"""What was judged of a caller holds for that caller, under those decisions, and no longer."""

from dataclasses import replace

import pytest

from mcpserver.dispatch import judged, rights
from mcpserver.policies import POLICIES
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE
from tools.catalog import CATALOG
from tools.policy import Policy, Switch


def judge(principal: Principal, asked: list[str], of: object = None, within: object = None) -> int:
    def count() -> int:
        asked.append(principal.login)
        return len(asked)

    return judged.once(principal, "key", of, within, count)


def test_the_same_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(POLICIES, "_current", Policy())
    asked: list[str] = []
    assert [judge(ALICE, asked) for _ in range(3)] == [1, 1, 1]


def test_another_caller_policy_or_thing_is_judged_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(POLICIES, "_current", Policy())
    asked: list[str] = []
    judge(ALICE, asked)
    judge(replace(ALICE), asked)
    judge(ALICE, asked, of=[])
    judge(ALICE, asked, within=[])
    monkeypatch.setattr(POLICIES, "_current", Policy())
    judge(ALICE, asked)
    assert len(asked) == 5


def test_a_decision_counts_at_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calculate = CATALOG.get("calculate")
    assert calculate is not None
    for is_on in (True, False, True):
        monkeypatch.setattr(POLICIES, "_current", Policy(switches={"calculate": Switch(is_on)}))
        assert [rights.explain(calculate, ALICE).allowed for _ in range(2)] == [is_on, is_on]


def test_no_more_callers_are_kept_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "MAX_REMEMBERED", 2)
    monkeypatch.setattr(judged, "_judged", {})
    callers = [replace(ALICE) for _ in range(5)]
    for caller in callers:
        judge(caller, [])
        assert len(judged._judged) <= 2
