"""Deciding about tools: in one transaction with its record, and never over what somebody else decided meanwhile.

Every decision is told to open streams by the rows themselves (``tools.apps``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from mcpserver.dashboard import permissions_matrix, permissions_whom
from mcpserver.dashboard.permissions_matrix import STATES, Place
from mcpserver.dashboard.permissions_whom import UnknownWhom, Whom
from oauth_bridge import audit, sessions
from oauth_bridge.models import Person
from tools.models import Decision, ToolRule

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One cell, from what was shown to what is wanted."""

    place: Place
    to: str


class ChangedSince(Exception):
    """Somebody else decided meanwhile, and nothing was saved. ``cells`` says what is not as it was shown."""

    def __init__(self, cells: list[str]) -> None:
        super().__init__("Somebody else decided meanwhile, so nothing was saved.")
        self.cells = cells


@contextmanager
def deciding() -> Iterator[None]:
    """Decide in one transaction, one operator after the other: what is read within is what holds."""
    with transaction.atomic():
        # Its row is the lock; the decision raises it anyway.
        sessions.withdraw_rights()
        yield


def note(operator: Person, row: Decision, what: str, changes: Mapping[str, list[str]], *, name: str = "") -> None:
    """Write down a decision as other changes of the dashboard are: which row, which field, from what, to what."""
    audit.record(
        audit.Kind.CHANGED_BY_HAND,
        operator=operator,
        table=str(row._meta.verbose_name),
        row=(name or str(row))[:_LONGEST],
        change=what,
        changes={field: [text[:_LONGEST] for text in pair] for field, pair in changes.items()},
    )


def save(changes: list[Change], remark: str, *, operator: Person) -> list[str]:
    """Save cells of the matrix, all or none; return what was changed, in words.

    Raises:
        ChangedSince: a cell is not as it was shown.
        UnknownWhom: a cell is about nobody.
    """
    with deciding():
        rules = permissions_matrix.by_place(ToolRule.objects.select_related("group"))
        people = _people(changes, rules)
        stale = [
            f"{each.place.target} for {people[each.place.token].words}: was {STATES[each.place.shown]}, is {STATES[now]}"
            for each in changes
            if (now := permissions_matrix.state(rules.get((each.place.target, each.place.token), ()))) != each.place.shown
        ]
        if stale:
            raise ChangedSince(stale)
        return [
            _save(each, people[each.place.token], rules, remark, operator) for each in changes if each.to != each.place.shown
        ]


def _people(changes: list[Change], rules: permissions_matrix.Rules) -> dict[str, Whom]:
    known = {token: permissions_whom.of_rule(found[0]) for (_, token), found in rules.items()}
    tokens = {each.place.token for each in changes}
    found = {token: known.get(token) or permissions_whom.by_token(token) for token in sorted(tokens)}
    # By another spelling the rules that there are would not be seen.
    if other := next((token for token, whom in found.items() if whom.token != token), None):
        raise UnknownWhom(f"Nobody is known as {other[:100]}.")
    return found


def _save(change: Change, whom: Whom, rules: permissions_matrix.Rules, remark: str, operator: Person) -> str:
    place = change.place
    before = list(rules.get((place.target, place.token), ()))
    kept = next((rule for rule in before if rule.effect == change.to), before[0] if before else None)
    is_wanted = change.to != "none"
    for rule in before:
        if rule is not kept or not is_wanted:
            rule.delete()
    if is_wanted and kept is not None:
        kept.effect, kept.note = change.to, remark or kept.note
        kept.save()
    row = kept or whom.rule(place.target, change.to, remark)
    if is_wanted and kept is None:
        row.save()
    what = "deleted" if not is_wanted else "changed" if before else "added"
    fields = {"effect": ["" if state == "none" else state for state in (place.shown, change.to)]}
    if remark and is_wanted:
        fields["note"] = ["", remark]
    subject = f"{row.whom() if row.group_id is None else f'group:{whom.group_name}'}: {place.target}"
    note(operator, row, what, fields, name=subject)
    return f"{place.target} for {whom.words}: {STATES[place.shown]} → {STATES[change.to]}"
