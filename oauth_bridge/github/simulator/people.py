"""Accounts: who can sign in at the simulator, and to which organizations they belong."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Email:
    """One address of a person. GitHub shows a visibility for the primary one only."""

    email: str
    primary: bool = False
    verified: bool = True
    visibility: Literal["public", "private"] | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in an organization. ``pending``: invited, and no member until they accept."""

    state: Literal["active", "pending"] = "active"
    role: Literal["member", "admin"] = "member"
    teams: frozenset[str] = frozenset()
    public: bool = False


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization with its teams: slug -> numeric id."""

    id: int
    login: str
    description: str
    teams: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Person:
    """A GitHub account. ``id`` stays for ever; ``login`` and ``name`` are only what it calls itself today."""

    id: int
    login: str
    name: str | None = None
    emails: tuple[Email, ...] = ()
    bio: str | None = None
    location: str | None = None
    memberships: Mapping[str, Membership] = field(default_factory=dict)

    @property
    def public_email(self) -> str | None:
        """Return the address that the profile shows, if any."""
        return next((address.email for address in self.emails if address.visibility == "public"), None)


class UnknownLogin(LookupError):
    """Nobody has this login."""


class LoginTaken(ValueError):
    """Somebody has this login, or this id, already."""


class People:
    """The accounts of one running simulator, by id; logins are compared without case, as GitHub does."""

    def __init__(self, cast: Iterable[Person], organizations: Iterable[Organization]) -> None:
        self._by_id = {person.id: person for person in cast}
        self.organizations = {org.login: org for org in organizations}

    def __iter__(self) -> Iterator[Person]:
        return iter(list(self._by_id.values()))

    def by_id(self, person_id: int) -> Person | None:
        """Return the account, or None."""
        return self._by_id.get(person_id)

    def find(self, login: str) -> Person | None:
        """Return who has this login today, or None."""
        return next((person for person in self if person.login.lower() == login.lower()), None)

    def get(self, login: str) -> Person:
        """Return who has this login today.

        Raises:
            UnknownLogin: nobody.
        """
        person = self.find(login)
        if person is None:
            raise UnknownLogin(f"nobody has the login {login}")
        return person

    def add(self, person: Person) -> None:
        """Open an account, for example under a login that somebody gave up.

        Raises:
            LoginTaken: the login or the id is in use.
        """
        if person.id in self._by_id or self.find(person.login) is not None:
            raise LoginTaken(f"the login {person.login} or the id {person.id} is in use")
        self._by_id[person.id] = person

    def rename(self, login: str, to: str) -> None:
        """Give an account another login; the old one is free for anybody from now on.

        Raises:
            UnknownLogin: nobody has the old login.
            LoginTaken: somebody has the new one.
        """
        if to.lower() != login.lower() and self.find(to) is not None:
            raise LoginTaken(f"the login {to} is in use")
        person = self.get(login)
        self._by_id[person.id] = replace(person, login=to)

    def remove(self, login: str) -> None:
        """Close an account: its tokens open nothing any more.

        Raises:
            UnknownLogin: nobody has the login.
        """
        del self._by_id[self.get(login).id]

    def set_membership(self, login: str, org: str, membership: Membership | None) -> None:
        """Change somebody's place in an organization; None takes it away.

        Raises:
            UnknownLogin: nobody, or no organization, has this login.
        """
        person = self.get(login)
        if org not in self.organizations:
            raise UnknownLogin(f"no organization has the login {org}")
        others = {name: held for name, held in person.memberships.items() if name != org}
        memberships = others if membership is None else {**others, org: membership}
        self._by_id[person.id] = replace(person, memberships=memberships)
