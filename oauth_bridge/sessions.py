"""Ending sessions. One transaction writes it and raises the epoch; nothing of a session works after that."""

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from oauth_bridge import audit, signals
from oauth_bridge.models import Person, RevocationEpoch, Session

_EPOCH_ROW = 1


def end(sessions: models.QuerySet[Session], reason: Session.EndReason, *, operator: Person | None = None) -> int:
    """End the sessions that are not ended yet; return how many.

    Their tokens need no statement of their own: a token is good only while its session is.
    """
    with transaction.atomic():
        # Locked in one order: two that end the same sessions at once wait for each other, and neither fails.
        rows = sessions.filter(ended_at__isnull=True).select_related("person", "client").order_by("pk")
        ending = list(rows.select_for_update(of=("self",), no_key=True))
        if ending:
            keys = [session.pk for session in ending]
            Session.objects.filter(pk__in=keys).update(ended_at=timezone.now(), end_reason=reason)
            audit.sessions_ended(ending, reason, operator=operator)
            withdraw_rights()
    return len(ending)


def withdraw_rights() -> None:
    """Make every process forget its verified callers. Call it in the transaction that takes a right away."""
    if not RevocationEpoch.objects.filter(pk=_EPOCH_ROW).update(value=F("value") + 1):
        RevocationEpoch.objects.get_or_create(pk=_EPOCH_ROW, defaults={"value": 1})
    transaction.on_commit(lambda: signals.rights_withdrawn.send(sender=None))


def epoch() -> int:
    """Return the number that grows whenever a right is taken away."""
    return RevocationEpoch.objects.filter(pk=_EPOCH_ROW).values_list("value", flat=True).first() or 0
