"""Asking GitHub whether an account belongs to one of the rules' organizations and teams, and keeping what it says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from oauth_bridge import audit
from oauth_bridge.github import api, membership
from oauth_bridge.models import AllowRule, Membership, Person


@dataclass(slots=True)
class Answer:
    """What GitHub said of one account: the first rule that lets it in, and those that definitely do not."""

    rule: AllowRule | None = None
    proof: membership.Proof | None = None
    denied: list[AllowRule] = field(default_factory=list)
    not_approved: list[str] = field(default_factory=list)


def ask(rules: Sequence[AllowRule], *, github_id: int, token: str) -> Answer:
    """Return GitHub's answer, in five seconds at most. No row is held meanwhile.

    Raises:
        api.Unavailable: no rule is known to let the account in, and of one at least nothing is known.
        api.TokenRefused, membership.WrongAccount: the token is no good.
    """
    until, answer, is_complete = api.deadline(), Answer(), True
    for rule in rules:
        try:
            answer.proof = membership.prove(rule, github_id=github_id, token=token, until=until)
        except membership.NotAMember as error:
            answer.denied.append(rule)
            if isinstance(error, membership.NotApproved):
                answer.not_approved.append(rule.login)
        except api.Unavailable:
            is_complete = False
        else:
            answer.rule = rule
            return answer
    if not is_complete:
        raise api.Unavailable
    return answer


@transaction.atomic
def remember(person: Person, answer: Answer, *, now: datetime) -> bool:
    """Keep what GitHub said; return whether it still lets the person in: the rule may be gone or bound to others by now."""
    # The rule's row is locked before any membership's, here and where a rule is removed.
    holds = answer.rule is not None and answer.proof is not None and _bind(answer.rule, answer.proof, now)
    Membership.objects.filter(person=person, rule__in=answer.denied).delete()
    if answer.rule is None or answer.proof is None:
        return False
    if not holds:
        Membership.objects.filter(person=person, rule=answer.rule).delete()
        return False
    times = {"verified_at": now, "tried_at": now}
    Membership.objects.update_or_create(person=person, rule=answer.rule, defaults=times)
    Person.objects.filter(pk=person.pk).exclude(login=answer.proof.login).update(login=answer.proof.login)
    return True


def _bind(rule: AllowRule, proof: membership.Proof, now: datetime) -> bool:
    """Bind a rule to GitHub's numbers when it is first used; return whether it holds for them."""
    row = AllowRule.objects.select_for_update(no_key=True).filter(pk=rule.pk).first()
    if row is None or not row.is_live(now):
        return False
    if row.organization_id not in {None, proof.organization_id} or row.team_id not in {None, proof.team_id}:
        return False
    if row.organization_id is None:
        AllowRule.objects.filter(pk=row.pk).update(organization_id=proof.organization_id, team_id=proof.team_id)
        audit.record(audit.Kind.RULE_CHANGED, login=row.login, rule=str(row), bound_to=proof.team_id or proof.organization_id)
    return True
