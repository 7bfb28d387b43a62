"""A tool that looks otherwise than at the last start is told of, once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tools import changes, drift
from tools.context import ToolContext
from tools.drift import Change
from tools.models import ToolDefinition
from tools.registry import Catalog, Tool, tool
from tools.results import ToolResult, text

pytestmark = pytest.mark.django_db


def named(name: str, description: str = "Look.") -> Tool:
    async def function(context: ToolContext) -> ToolResult:
        return text("")

    function.__name__, function.__doc__ = name, description
    return tool(title=name, scopes=set(), read_only=True)(function)


@pytest.fixture
def told() -> Iterator[list[Change]]:
    heard: list[Change] = []

    def hear(*, change: Change, **_: Any) -> None:
        heard.append(change)

    changes.definition_changed.connect(hear)
    yield heard
    changes.definition_changed.disconnect(hear)


def test_the_first_start_records_and_tells_nothing(told: list[Change]) -> None:
    assert drift.record(Catalog([named("one"), named("two")])) == []
    assert set(ToolDefinition.objects.values_list("name", flat=True)) == {"one", "two"}
    assert told == []


def test_what_is_added_changed_and_removed_is_told_once(told: list[Change]) -> None:
    drift.record(Catalog([named("one"), named("two"), named("same")]))
    later = Catalog([named("one", "Look twice."), named("three"), named("same")])
    found = drift.record(later)
    assert [(each.name, each.kind) for each in found] == [("three", "added"), ("one", "changed"), ("two", "removed")]
    before, after = drift.sha256(named("one").definition), drift.sha256(named("one", "Look twice.").definition)
    assert (found[1].before, found[1].after) == (before, after)
    assert before != after
    assert told == found
    assert drift.record(later) == []
    assert told == found


def test_of_two_replicas_one_tells(told: list[Change]) -> None:
    """Both have read what was there before the other wrote."""
    drift.record(Catalog([named("one"), named("two")]))
    stale = dict(ToolDefinition.objects.values_list("name", "sha256"))
    now = {"one": drift.sha256(named("one", "New.").definition), "three": "3" * 64}
    with transaction.atomic():
        both = [[drift._write(change) for change in drift._compared(stale, now)] for _ in range(2)]
    assert both == [[True, True, True], [False, False, False]]


def test_the_order_of_keys_is_no_change() -> None:
    assert drift.sha256({"a": 1, "b": "ü"}) == drift.sha256({"b": "ü", "a": 1})
