"""Asking the operator for access, as the account that GitHub has just confirmed, and the operator's answer.

The ticket on the page stands for GitHub's confirmation: signed, ten minutes, good in that browser alone. No login is typed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from oauth_bridge import audit
from oauth_bridge.browser import Browser
from oauth_bridge.models import AccessRequest, AllowRule, PendingAuthorization, Person
from oauth_bridge.people import rules
from oauth_bridge.protocol import lifetimes

MAX_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may ask. ``pending`` is the key of the authorization request that led here, for the way back."""

    github_id: int
    login: str
    pending: int | None


def ticket_for(ticket: Ticket, browser: Browser) -> str:
    """Return the ticket's text for the page's form."""
    fields = {"github_id": ticket.github_id, "login": ticket.login, "pending": ticket.pending}
    return signing.dumps(fields, salt=_salt(browser))


def read_ticket(text: str, browser: Browser) -> Ticket | None:
    """Return the ticket, or None if it is not ours, not this browser's, or too old."""
    try:
        return Ticket(**signing.loads(text, salt=_salt(browser), max_age=lifetimes.ACCESS_TICKET))
    except signing.BadSignature:
        return None


def request_of(ticket: Ticket) -> PendingAuthorization | None:
    """Return the authorization request that led to the ticket."""
    if ticket.pending is None:
        return None
    return PendingAuthorization.objects.select_related("client").filter(pk=ticket.pending).first()


def is_waiting(github_id: int) -> bool:
    """Return whether the account has asked already: it asks once, and again a day after an answer at the earliest."""
    since = timezone.now() - timedelta(seconds=lifetimes.ACCESS_REQUEST_PAUSE)
    mine = AccessRequest.objects.filter(github_id=github_id)
    return mine.filter(state=AccessRequest.State.OPEN).exists() or mine.filter(decided_at__gt=since).exists()


def ask(ticket: Ticket, message: str, browser: Browser) -> None:
    """Store the request, unless the account has one."""
    if is_waiting(ticket.github_id):
        return
    waiting = request_of(ticket)
    client = waiting.client if waiting else None
    try:
        with transaction.atomic():
            AccessRequest.objects.create(
                github_id=ticket.github_id,
                login=ticket.login,
                message=_plain(message),
                client_name=str(client)[:255] if client else "",
                address=browser.address,
                at=timezone.now(),
            )
            audit.record(audit.Kind.ACCESS_REQUESTED, login=ticket.login, client=client, github_id=ticket.github_id)
    except IntegrityError:
        # Pressed twice at once: the database keeps one.
        return


def approve(request: AccessRequest, *, operator: Person, until: datetime | None) -> bool:
    """Let the account in by a rule of its own; return False if the request was decided before."""
    with transaction.atomic():
        if not _decide(request, AccessRequest.State.APPROVED, operator):
            return False
        # A rule for that login that waits for its account was meant for this one: GitHub confirmed who has it.
        if rules.rule_for(request.github_id, request.login) is None:
            _allow(request, operator, until)
    return True


def refuse(request: AccessRequest, *, operator: Person) -> bool:
    """Refuse; return False if the request was decided before."""
    with transaction.atomic():
        return _decide(request, AccessRequest.State.REFUSED, operator)


def _allow(request: AccessRequest, operator: Person, until: datetime | None) -> None:
    """Write the account's rule, or open an expired one again."""
    rule, created = AllowRule.objects.update_or_create(
        github_id=request.github_id,
        # To sign in is what was asked for: an operator's right that had expired does not come back by the way.
        defaults={"expires_at": until, "is_admin": False},
        create_defaults={"login": request.login, "expires_at": until, "note": "Asked for access"},
    )
    audit.record(
        audit.Kind.RULE_ADDED if created else audit.Kind.RULE_CHANGED,
        login=request.login,
        operator=operator,
        rule=str(rule),
        github_id=request.github_id,
        expires=until.isoformat() if until else "never",
    )


def _decide(request: AccessRequest, state: AccessRequest.State, operator: Person) -> bool:
    # One statement decides between two operators.
    is_first = AccessRequest.objects.filter(pk=request.pk, state=AccessRequest.State.OPEN).update(
        state=state, decided_by=str(operator)[:150], decided_at=timezone.now()
    )
    if is_first:
        audit.record(
            audit.Kind.ACCESS_DECIDED,
            login=request.login,
            operator=operator,
            decision=str(state.value),
            github_id=request.github_id,
        )
    return bool(is_first)


def _plain(message: str) -> str:
    """Return the message as one line of text: nothing in it moves a cursor, a line or the direction of reading."""
    printable = "".join(letter if letter.isprintable() else " " for letter in message)
    return " ".join(printable.split())[:MAX_MESSAGE]


def _salt(browser: Browser) -> str:
    return f"access request:{browser.checksum}"
