"""Whom a rule about tools is about: as the operator names them, as pages and addresses carry them, as a rule keeps them."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Q

from oauth_bridge.models import AllowRule, Client, ClientDocument, Person
from oauth_bridge.protocol import client_urls, logins
from tools.models import ToolRule
from tools.policy import normal_key

Who = ToolRule.Who
# In the order of the columns: from the widest to the narrowest, programs last.
KINDS: dict[str, str] = {
    Who.EVERYONE: "Everyone",
    Who.ORGANIZATION: "Organization",
    Who.TEAM: "Team",
    Who.GROUP: "Group",
    Who.PERSON: "Person",
    Who.CLIENT: "Program",
}
_SUGGESTED = 100


class UnknownWhom(Exception):
    """The name does not stand for anybody that a rule could be about. The message is for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Everyone, an organization, a team, a group, a person or a program. The fields are those of ``ToolRule``."""

    who: str
    name: str = ""
    github_id: int | None = None
    group_id: int | None = None
    group_name: str = ""

    @property
    def token(self) -> str:
        """Return what is the same for the same: ``everyone``, ``group:3``, ``person:1001``, ``team:acme/core``."""
        match self.who:
            case Who.EVERYONE:
                return "everyone"
            case Who.GROUP:
                return f"group:{self.group_id}"
            case Who.PERSON:
                return f"person:{self.github_id}"
            case _:
                return f"{self.who}:{normal_key(self.who, self.name)}"

    @property
    def words(self) -> str:
        """Return the name alone."""
        return self.group_name or self.name or (str(self.github_id) if self.github_id else KINDS[self.who])

    @property
    def kind(self) -> str:
        """Return what kind it is, in a word."""
        return KINDS[self.who]

    @property
    def place(self) -> tuple[int, str]:
        """Return where its column stands."""
        return list(KINDS).index(self.who), self.words.lower()

    def rule(self, target: str, effect: str, note: str) -> ToolRule:
        """Return a rule about them, not saved."""
        return ToolRule(
            target=target,
            effect=effect,
            who=self.who,
            name=self.name,
            github_id=self.github_id,
            group_id=self.group_id,
            note=note,
        )


EVERYONE = Whom(who=Who.EVERYONE)


def of_rule(rule: ToolRule) -> Whom:
    """Return whom a rule is about. Its group is loaded with it."""
    group = rule.group.name if rule.group else ""
    return Whom(who=rule.who, name=rule.name, github_id=rule.github_id, group_id=rule.group_id, group_name=group)


def named(who: str, name: str) -> Whom:
    """Return whom the operator means by a kind and a name.

    Raises:
        UnknownWhom: there is nobody of that name, or it cannot be a name.
    """
    name = name.strip().removeprefix("@")
    match who:
        case Who.EVERYONE:
            return EVERYONE
        case Who.ORGANIZATION if logins.is_login(name):
            return Whom(who=who, name=name)
        case Who.TEAM if (parsed := logins.parse_organization(name)) and parsed[1]:
            return Whom(who=who, name=name)
        case Who.GROUP:
            return _group(Q(name=name), name)
        case Who.PERSON:
            return _person(Q(login__iexact=name), name)
        case Who.CLIENT:
            return _client(name)
    raise UnknownWhom(_WRONG.get(who, "Choose whom the rule is about."))


_WRONG: dict[str, str] = {
    Who.ORGANIZATION: "Write the organization's name at GitHub, such as acme.",
    Who.TEAM: "Write the organization and the team as at GitHub, such as acme/core.",
}


def by_token(token: str) -> Whom:
    """Return whom an address or a form means.

    Raises:
        UnknownWhom: nobody, or not any more.
    """
    who, _, key = token.partition(":")
    if who in (Who.GROUP, Who.PERSON):
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise UnknownWhom(f"Nobody is known as {token[:100]}.")
        return _group(Q(pk=int(key)), key) if who == Who.GROUP else _person(Q(github_id=int(key)), key)
    return named(who, key)


def _group(which: Q, name: str) -> Whom:
    group = Group.objects.filter(which).first()
    if group is None:
        raise UnknownWhom(f"This server has no group {name[:100]}.")
    return Whom(who=Who.GROUP, group_id=group.pk, group_name=group.name)


def _person(which: Q, name: str) -> Whom:
    person = Person.objects.filter(which, github_id__isnull=False).order_by("-last_login").first()
    if person is None:
        raise UnknownWhom(
            f"Nobody called {name[:100]} has been here. A person is known by GitHub's number: let them sign in once."
        )
    return Whom(who=Who.PERSON, name=person.login, github_id=person.github_id)


def _client(name: str) -> Whom:
    """A host is taken though no program has come from there yet; an id of one that is not registered would be a slip."""
    if name and Client.objects.filter(client_id=name).exists():
        return Whom(who=Who.CLIENT, name=name)
    if client_urls.is_fetchable(f"https://{name.lower()}/a"):
        return Whom(who=Who.CLIENT, name=name.lower())
    raise UnknownWhom("Write a program's id as it stands on its page, or the host of its document, such as claude.ai.")


def suggestions() -> list[tuple[str, str]]:
    """Return names that the operator may mean, each with its kind: a bounded number, in five queries."""
    rules = AllowRule.objects.exclude(kind=AllowRule.Kind.LOGIN)[:_SUGGESTED]
    organizations = sorted({rule.login for rule in rules}, key=str.lower)
    teams = sorted(f"{rule.login}/{rule.team}" for rule in rules if rule.team)
    groups = Group.objects.order_by("name").values_list("name", flat=True)[:_SUGGESTED]
    people = Person.objects.filter(github_id__isnull=False).order_by("-last_login").values_list("login", flat=True)[:_SUGGESTED]
    hosts = ClientDocument.objects.order_by("host").values_list("host", flat=True).distinct()[:_SUGGESTED]
    clients = Client.objects.filter(deleted_at=None, document=None).order_by("-last_used_at")
    ids: list[tuple[str, Any]] = [(client.client_id, f"Program: {client}") for client in clients[:_SUGGESTED]]
    kinds = (("Organization", organizations), ("Team", teams), ("Group", groups), ("Person", people), ("Program", hosts))
    return [(name, kind) for kind, names in kinds for name in names] + ids


def unreachable() -> "Reach":
    """Return what tells whether anybody can belong to an organization or team. One query."""
    rows = AllowRule.objects.exclude(kind=AllowRule.Kind.LOGIN).values_list("login", "team")
    return Reach(frozenset((login.lower(), team.lower()) for login, team in rows))


@dataclass(frozen=True, slots=True)
class Reach:
    """The organizations and teams that the allow-list asks GitHub about: nobody is known to belong to any other."""

    asked: frozenset[tuple[str, str]]

    def warning(self, whom: Whom) -> str:
        """Return what is wrong with a rule about them; empty where nothing is."""
        organization, _, team = whom.name.lower().partition("/")
        match whom.who:
            case Who.ORGANIZATION if not any(login == organization for login, _ in self.asked):
                return f"No rule of sign-in names {whom.name}, so GitHub is not asked who belongs to it: this reaches nobody."
            case Who.TEAM if (organization, team) not in self.asked:
                return f"No rule of sign-in names {whom.name}, so GitHub is not asked who belongs to it: this reaches nobody."
            case _:
                return ""
