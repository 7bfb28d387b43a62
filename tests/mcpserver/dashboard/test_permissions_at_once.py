"""Operators who save in the same moment: one decides, the others are told, and there is one rule and one event."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from mcpserver.dashboard import permissions_changes
from mcpserver.dashboard.permissions_changes import Change, ChangedSince
from mcpserver.dashboard.permissions_matrix import Place
from oauth_bridge.models import AuthEvent, Person
from tools.models import ToolRule

pytestmark = pytest.mark.django_db(transaction=True)
OPERATORS = 4


def together(work: Callable[[int], str]) -> list[str]:
    """Return what each operator hears, all of whom begin at once."""
    heard: list[str] = []
    start = threading.Barrier(OPERATORS)

    def run(number: int) -> None:
        try:
            start.wait(10)
            heard.append(work(number))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(OPERATORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(heard)


def test_of_all_who_fill_the_same_cell_one_is_saved() -> None:
    people = [Person.objects.create(username=f"operator-{number}", login=f"operator-{number}") for number in range(OPERATORS)]

    def save(number: int) -> str:
        change = Change(Place("calculate", "everyone", "none"), "allow" if number % 2 else "deny")
        try:
            permissions_changes.save([change], "", operator=people[number])
        except ChangedSince:
            return "told"
        return "saved"

    assert together(save) == ["saved"] + ["told"] * (OPERATORS - 1)
    assert ToolRule.objects.count() == 1
    assert AuthEvent.objects.filter(kind="changed_by_hand").count() == 1


def test_those_who_fill_different_cells_are_all_saved() -> None:
    operator = Person.objects.create(username="root", login="root")
    targets = ("*", "set:core", "calculate", "get_issue")

    def save(number: int) -> str:
        permissions_changes.save([Change(Place(targets[number], "everyone", "none"), "deny")], "", operator=operator)
        return "saved"

    assert together(save) == ["saved"] * OPERATORS
    assert set(ToolRule.objects.values_list("target", flat=True)) == set(targets)
