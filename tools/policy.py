"""What the operator has decided about tools, as one value: read from the database when it has changed, and asked in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from wire import values

ALL = "*"


class Governed(Protocol):
    """What the decisions are about: a tool, or something that does the same work."""

    @property
    def name(self) -> str: ...
    @property
    def set(self) -> str: ...
    @property
    def writes(self) -> bool: ...


@values.value
class Subject:
    """Who would use a tool: the person, what they belong to as far as this server knows, and the program that they use.

    ``organizations`` and ``teams`` (``organization/team``) are in lower case; ``groups`` are their numbers.
    """

    github_id: int
    login: str
    organizations: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    client_id: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def client_names(self) -> frozenset[str]:
        """Return what a rule may call the program: its id, and the host of its document if the id is the address of one."""
        return frozenset({self.client_id, _document_host(self.client_id)} - {""})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``who`` and ``key`` say whom it is about, ``words`` is the rule as the operator knows it."""

    target: str
    is_allow: bool
    who: str
    key: str | int
    words: str

    @property
    def is_about_clients(self) -> bool:
        """Return whether it says through which program, and not which person."""
        return self.who == "client"

    def matches(self, subject: Subject) -> bool:
        """Return whether the rule is about this person, or this program."""
        match self.who:
            case "everyone":
                return True
            case "organization":
                return self.key in subject.organizations
            case "team":
                return self.key in subject.teams
            case "group":
                return self.key in subject.groups
            case "person":
                return self.key == subject.github_id
            case _:
                return self.key in subject.client_names


@values.value
class Switch:
    """On or off, and what callers are told."""

    is_on: bool
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All decisions at one moment. It never changes; a change makes another one.

    ``on_at_first`` are the targets that are on without a switch: ``set:NAME`` for the tools of a set that only read, a name for
    a tool whatever it does.
    """

    rules: tuple[Rule, ...] = ()
    switches: Mapping[str, Switch] = field(default_factory=dict)
    read_only: bool = False
    read_only_clients: frozenset[str] = frozenset()
    on_at_first: frozenset[str] = frozenset()
    _rules_about: dict[tuple[str, str], tuple[tuple[Rule, ...], ...]] = field(default_factory=dict, compare=False, repr=False)

    def rules_about(self, thing: Governed) -> tuple[tuple[Rule, ...], ...]:
        """Return the rules that name this, those that name its set, and those for all; without those that are empty."""
        key = (thing.name, thing.set)
        found = self._rules_about.get(key)
        if found is None:
            by_width = (tuple(rule for rule in self.rules if rule.target == target) for target in targets(thing))
            found = self._rules_about[key] = tuple(rules for rules in by_width if rules)
        return found

    def switch(self, thing: Governed) -> tuple[Switch, str]:
        """Return the switch that decides and what it stands on, or "" where nobody has switched anything."""
        for target in targets(thing):
            # What writes is switched on by its own name, and by nothing wider.
            if (known := self.switches.get(target)) is not None and not (known.is_on and thing.writes and target != thing.name):
                return known, target
        is_on = thing.name in self.on_at_first or (not thing.writes and set_target(thing.set) in self.on_at_first)
        return Switch(is_on), ""


def set_target(name: str) -> str:
    """Return what rules and switches call a set."""
    return f"set:{name}"


def targets(thing: Governed) -> tuple[str, str, str]:
    """Return what a rule or switch may name to mean this, the narrowest first."""
    return thing.name, set_target(thing.set), ALL


def normal_key(who: str, name: str) -> str:
    """Return a name of a rule as it is compared: GitHub's names and hosts in lower case, a client's id as it is."""
    is_client_id = who == "client" and ("://" in name or "." not in name)
    return name if is_client_id else name.lower()


def normal_clients(names: Iterable[str]) -> frozenset[str]:
    """Return names of programs as they are compared."""
    return frozenset(normal_key("client", name) for name in names)


def _document_host(client_id: str) -> str:
    return (urlsplit(client_id).hostname or "") if client_id.startswith("https://") else ""
