"""A person who must not be here any more: cut off, or forgotten altogether."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q

from oauth_bridge import audit, endings, roles, sessions
from oauth_bridge.models import (
    AccessRequest,
    AllowRule,
    AuthEvent,
    GitHubCredential,
    Grant,
    PendingAuthorization,
    Person,
    Session,
)
from oauth_bridge.people import owners

# What other apps know of a person, and have to forget in the same transaction.
ALSO_FORGET: list[Callable[[Person], object]] = []


class Protected(Exception):
    """An operator's own account, or one above the operator's own right. The message is for the operator."""


def cut_off(person: Person, *, operator: Person) -> int:
    """Switch a person off: every session ends, nothing under way becomes one, no sign-in succeeds; return how many ended.

    Raises:
        Protected: the operator's own account, or an owner's, by one who is none.
        LastOwner: nobody would be left who can undo it.
    """
    _check(person, operator)
    with owners.keep_one():
        Person.objects.filter(pk=person.pk).update(is_active=False)
        audit.record(audit.Kind.PERSON_SWITCHED, person=person, operator=operator, switched="off")
        ended = endings.end(endings.Reach(endings.Whose.PERSON, person), operator=operator, ask_again=True)
        sessions.withdraw_rights()
    return ended


@transaction.atomic
def let_back(person: Person, *, operator: Person) -> None:
    """Switch a person on again. What ended stays ended, and the rules decide.

    Raises:
        Protected: an owner's account, by one who is none.
    """
    _check_rank(person, operator)
    Person.objects.filter(pk=person.pk).update(is_active=True)
    audit.record(audit.Kind.PERSON_SWITCHED, person=person, operator=operator, switched="on")


def forget(person: Person, *, operator: Person) -> None:
    """Delete everything about a person: account, sessions, tokens, GitHub's word, their own rule and requests.

    Events stay, and name nobody: who did what to the server must be provable, not who somebody was.

    Raises:
        Protected, LastOwner: as for ``cut_off``.
    """
    _check(person, operator)
    with owners.keep_one():
        # Ended first, and told to every process: a remembered caller is refused at once.
        endings.end(endings.Reach(endings.Whose.PERSON, person), operator=operator, ask_again=True)
        account = {"github_id": person.github_id}
        if person.github_id is not None:
            AllowRule.objects.filter(**account).delete()
            AccessRequest.objects.filter(**account).delete()
        GitHubCredential.objects.filter(person=person).delete()
        PendingAuthorization.objects.filter(person=person).delete()
        Grant.objects.filter(user=person).delete()
        _forget_in_events(person)
        Session.objects.filter(person=person).delete()
        for forget_elsewhere in ALSO_FORGET:
            forget_elsewhere(person)
        person.delete()
        audit.record(audit.Kind.PERSON_SWITCHED, operator=operator, switched="deleted with all data")
        sessions.withdraw_rights()


def _check(person: Person, operator: Person) -> None:
    if person.pk == operator.pk:
        raise Protected("This is your own account. Another operator has to do that.")
    _check_rank(person, operator)


def _check_rank(person: Person, operator: Person) -> None:
    """Whoever is cut off has no role at present; what they had comes back with them, so it counts here."""
    if roles.has_right(operator, "own"):
        return
    by_rule = AllowRule.objects.filter(github_id=person.github_id, github_id__isnull=False, is_admin=True)
    if person.is_superuser or by_rule.exists():
        raise Protected("This is an owner's account. An owner has to do that.")


def _forget_in_events(person: Person) -> None:
    """Take what is personal out of the events about somebody: all of it at once, which leaves the chain whole (``chain``)."""
    about = AuthEvent.objects.filter(Q(person=person) | Q(person__isnull=True, login__iexact=person.login))
    about.update(login="", address=None, detail={}, salt="", person=None, session=None)
