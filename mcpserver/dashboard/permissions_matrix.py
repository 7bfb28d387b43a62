"""The matrix of who may use what, from the rules: rows of tools in their sets, columns of people and programs, a cell each.

Values in, values out: what is read is handed in, what is shown comes out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote, unquote

from mcpserver.dashboard import permissions_whom
from mcpserver.dashboard.permissions_whom import EVERYONE, Reach, Whom
from tools.models import ToolRule
from tools.policy import ALL, Policy, Switch, set_target
from tools.registry import Tool

# The more columns, the heavier the page; what is not shown is on the next one.
COLUMNS = 24
STATES = {"none": "No rule", "allow": "Allow", "deny": "Deny", "both": "Allow and deny"}
CHOICES = ("none", "allow", "deny")
_FIELD = "cell"

RowKind = Literal["all", "set", "tool", "gone"]
# By the rule's target and whom it is about. There may be several rules of one cell: nothing forbids it.
Rules = Mapping[tuple[str, str], Sequence[ToolRule]]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell's place, and what was in it when it was shown. It is the name of the cell's field."""

    target: str
    token: str
    shown: str

    @property
    def field(self) -> str:
        """Return the name of the form's field."""
        return "/".join((_FIELD, self.shown, quote(self.target, safe="*"), quote(self.token, safe=":")))

    @staticmethod
    def parse(name: str) -> "Place | None":
        """Return the place that a field's name says, or None for a field of another kind."""
        parts = name.split("/")
        # NUL is no text that the database can hold.
        if len(parts) != 4 or parts[0] != _FIELD or parts[1] not in STATES or "%00" in name:
            return None
        return Place(unquote(parts[2]), unquote(parts[3]), parts[1])


@dataclass(frozen=True, slots=True)
class Cell:
    """What a rule says of one target and one whom. ``chosen`` is what an operator wanted and has not been saved."""

    place: Place
    whom: Whom
    note: str = ""
    chosen: str = ""

    @property
    def state(self) -> str:
        """Return what is decided now."""
        return self.place.shown

    @property
    def label(self) -> str:
        """Return that in a word."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Column:
    """One whom. ``warning`` says why its rules reach nobody, ``is_new`` that there is no rule yet."""

    whom: Whom
    warning: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One target. ``source`` says what decides whether it is on: a switch, or the settings."""

    target: str
    kind: RowKind
    title: str
    tool: Tool | None = None
    is_on: bool | None = None
    source: str = ""
    message: str = ""
    cells: list[Cell] = field(default_factory=list)

    @property
    def scopes(self) -> list[str]:
        """Return the scopes that the tool asks for whatever its arguments are."""
        return sorted(self.tool.scopes) if self.tool else []


def by_place(rules: Iterable[ToolRule]) -> dict[tuple[str, str], list[ToolRule]]:
    """Return rules by what they are about and whom."""
    found: dict[tuple[str, str], list[ToolRule]] = {}
    for rule in rules:
        found.setdefault((rule.target, permissions_whom.of_rule(rule).token), []).append(rule)
    return found


def state(rules: Sequence[ToolRule]) -> str:
    """Return what the rules of one cell say together."""
    effects = {rule.effect for rule in rules}
    return "both" if len(effects) == 2 else effects.pop() if effects else "none"


def columns(rules: Iterable[ToolRule], added: Iterable[Whom], reach: Reach, sought: str = "") -> list[Column]:
    """Return the columns: those that were just added, everyone, then all whom a rule is about and whose name fits."""
    ruled = {whom.token: whom for whom in map(permissions_whom.of_rule, rules)}
    ruled.setdefault(EVERYONE.token, EVERYONE)
    new = [Column(whom, reach.warning(whom), is_new=True) for whom in added if whom.token not in ruled]
    old = sorted(ruled.values(), key=lambda whom: whom.place)
    fits = [whom for whom in old if sought.lower() in f"{whom.words} {whom.kind}".lower()]
    return [*new, *(Column(whom, reach.warning(whom)) for whom in fits)]


def rows(catalog: Iterable[Tool], rules: Iterable[ToolRule], policy: Policy) -> list[Row]:
    """Return the rows without their cells: everything, each set with its tools, then what rules name and is no more."""
    tools = list(catalog)
    found = [Row(ALL, "all", "All tools", **_switch(policy, ALL))]
    for name in dict.fromkeys(tool.set for tool in tools):
        target = set_target(name)
        found.append(Row(target, "set", words(name), **_switch(policy, target)))
        found += [_tool_row(tool, policy) for tool in tools if tool.set == name]
    known = {row.target for row in found}
    gone = sorted({rule.target for rule in rules} - known)
    return [*found, *(Row(target, "gone", "No such tool") for target in gone)]


def words(name: str) -> str:
    """Return the name of a set as a heading."""
    return name.replace("_", " ").capitalize()


def _tool_row(tool: Tool, policy: Policy) -> Row:
    switch, target = policy.switch(tool)
    source = f"switch of {target}" if target else "by TOOLS_ON"
    return Row(tool.name, "tool", tool.title, tool, switch.is_on, source, "" if switch.is_on else switch.message)


def _switch(policy: Policy, target: str) -> dict[str, Any]:
    """Return what a switch for many says of itself. Without one, its tools go by the settings."""
    switch: Switch | None = policy.switches.get(target)
    if switch is None:
        return {"source": "by TOOLS_ON"}
    return {"is_on": switch.is_on, "source": "by a switch", "message": "" if switch.is_on else switch.message}


def filled(
    listed: Iterable[Row], shown: Sequence[Column], rules: Rules, chosen: Mapping[tuple[str, str], str] | None = None
) -> list[Row]:
    """Return the rows with a cell for each column; ``chosen`` is what somebody wanted and has not been saved."""
    wanted = chosen or {}
    return [replace(row, cells=[_cell(row.target, column.whom, rules, wanted) for column in shown]) for row in listed]


def _cell(target: str, whom: Whom, rules: Rules, wanted: Mapping[tuple[str, str], str]) -> Cell:
    key = (target, whom.token)
    own = rules.get(key, ())
    place = Place(target, whom.token, state(own))
    choice = wanted.get(key, "")
    return Cell(place, whom, " ".join(rule.note for rule in own if rule.note), choice if choice != place.shown else "")
