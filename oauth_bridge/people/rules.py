"""The rules, as the database has them: nothing here asks GitHub.

By login until an account is seen, by its numeric id from then on. By organization or team through ``Membership`` rows,
which hold what GitHub said.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from oauth_bridge import audit, sessions, statements
from oauth_bridge.github import membership
from oauth_bridge.models import AllowRule, Membership, Person, Session

# A database that compares without case takes a dotless i for an i: what is not ASCII is nobody's login.
_ASCII = r"^[A-Za-z0-9_-]+$"


def live(now: datetime, prefix: str = "") -> Q:
    """Return the condition that a rule has not expired; ``prefix`` leads to it from another table (``rule__``)."""
    return Q(**{f"{prefix}expires_at__isnull": True}) | Q(**{f"{prefix}expires_at__gt": now})


_BY_ID_OR_NAME = statements.Select(
    lambda: AllowRule.objects.alias(name=Lower("login")).filter(
        Q(github_id=statements.number("github_id"))
        | Q(live(statements.moment("now")))
        & Q(kind=AllowRule.Kind.LOGIN, github_id__isnull=True, name=statements.text("name"), login__regex=_ASCII)
    )
)
_OWN = statements.Select(lambda: AllowRule.objects.filter(github_id=statements.number("github_id")))
_ACTIVE = statements.Select(
    lambda: Person.objects.only("pk").filter(pk=statements.number("person"), is_active=True, github_id__isnull=False)
)


def group_rules(now: datetime) -> QuerySet[AllowRule]:
    """Return the live rules for organizations and teams."""
    return AllowRule.objects.filter(live(now)).exclude(kind=AllowRule.Kind.LOGIN)


def needed_at_github() -> tuple[str, ...]:
    """Return what a sign-in has to ask of GitHub for the rules' sake: nothing, unless one is for an organization or a team."""
    return (membership.SCOPE,) if not settings.ALLOW_EVERYONE and group_rules(timezone.now()).exists() else ()


def lets_in_by_login(github_id: int, login: str) -> bool:
    """Return whether ``rule_for`` would find a rule. Nothing is bound by asking."""
    return _rule(github_id, login) is not None


def rule_for(github_id: int, login: str) -> AllowRule | None:
    """Return the rule that lets a signing-in account in by its login, bound to its id from now on; else None.

    A rule bound to another id does not count, whatever the login says: logins are renamed and recycled. An account that
    has a rule of its own has that one alone.
    """
    rule = _rule(github_id, login)
    if rule is None or rule.github_id is not None:
        return rule
    # One statement decides: of two accounts that claim a freed login at once, one gets it.
    if not AllowRule.objects.filter(pk=rule.pk, github_id__isnull=True).update(github_id=github_id):
        # The same account may have won it in another tab.
        return AllowRule.objects.filter(pk=rule.pk, github_id=github_id).first()
    rule.github_id = github_id
    audit.record(audit.Kind.RULE_CHANGED, login=login, rule=str(rule), bound_to=github_id)
    return rule


def _rule(github_id: int, login: str) -> AllowRule | None:
    # In lower case a letter that is not ASCII may become one that is: such a name is nobody's.
    now, name = timezone.now(), login.lower() if login.isascii() else ""
    # One statement: between two, another tab of the same account could bind the rule, and it would be seen by neither.
    found = _BY_ID_OR_NAME.all(github_id=github_id, name=name, now=now)
    bound = next((rule for rule in found if rule.github_id == github_id), None)
    if bound is not None:
        return bound if bound.is_live(now) else None
    return found[0] if found else None


def allowed_by_login(now: datetime) -> QuerySet[Person]:
    """Return the people who may go on without a word of GitHub's."""
    people = Person.objects.filter(is_active=True, github_id__isnull=False)
    if settings.ALLOW_EVERYONE:
        return people
    by_login = AllowRule.objects.filter(kind=AllowRule.Kind.LOGIN)
    own = by_login.filter(github_id=OuterRef("github_id"))
    same_name = by_login.alias(name=Lower("login")).filter(
        live(now), github_id__isnull=True, name=Lower(OuterRef("login")), login__regex=_ASCII
    )
    return people.filter(Exists(own.filter(live(now))) | (Exists(same_name) & ~Exists(own)))


def allowed(now: datetime) -> QuerySet[Person]:
    """Return the people who may go on: a live rule for them, or a membership that GitHub confirmed and has not denied since."""
    by_group = Membership.objects.filter(live(now, "rule__"), person=OuterRef("pk"))
    people = Person.objects.filter(is_active=True, github_id__isnull=False)
    return people.filter(Q(pk__in=allowed_by_login(now).values("pk")) | Exists(by_group))


def is_allowed(person: Person) -> bool:
    """Return whether a known person may go on, as far as the database knows."""
    if person.github_id is None or not person.is_active:
        return False
    if settings.ALLOW_EVERYONE:
        return _ACTIVE.first(person=person.pk) is not None
    # Nearly everybody has a rule of their own: a look-up by a unique key, instead of the whole question.
    own = _OWN.first(github_id=person.github_id)
    if own is not None and own.is_live(timezone.now()):
        return True
    return allowed(timezone.now()).filter(pk=person.pk).exists()


@transaction.atomic
def remove(removed: QuerySet[AllowRule]) -> None:
    """Delete rules. They are locked before their memberships go, as a sign-in does it: otherwise each waits for the other."""
    keys = list(removed.select_for_update().order_by("pk").values_list("pk", flat=True))
    AllowRule.objects.filter(pk__in=keys).delete()


@transaction.atomic
def enforce_rules(*, operator: Person | None = None) -> int:
    """End the sessions of everyone whom no rule allows any more, and take operators' rights back; return how many ended."""
    now = timezone.now()
    signed_in = Person.objects.filter(github_id__isnull=False, sessions__ended_at__isnull=True)
    outsiders = list(signed_in.exclude(pk__in=allowed(now).values("pk")).values_list("pk", flat=True).distinct())
    # In one step: to lock a session while the epoch is held would be a deadlock with whoever ends that session just then.
    ended = sessions.end(Session.objects.filter(person__in=outsiders), Session.EndReason.NOT_ALLOWED, operator=operator)
    admins = AllowRule.objects.filter(live(now), is_admin=True, github_id__isnull=False).values("github_id")
    # A rule's operators as long as the rule lasts; those of an owner's word as long as any rule lets them in.
    of_github = Person.objects.filter(github_id__isnull=False, is_staff=True)
    named = of_github.filter(is_superuser=True).exclude(github_id__in=admins)
    outside = of_github.filter(is_superuser=False).exclude(pk__in=allowed(now).values("pk"))
    demoted = list({*named.values_list("pk", flat=True), *outside.values_list("pk", flat=True)})
    if demoted and Person.objects.filter(pk__in=demoted).update(is_staff=False, is_superuser=False):
        sessions.withdraw_rights()
    return ended
