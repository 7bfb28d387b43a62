"""Deleting old events: from the old end alone, and with a mark of where the chain begins now."""

import logging
from datetime import datetime, timedelta
from itertools import takewhile

from django.conf import settings
from django.db import transaction

from oauth_bridge import audit
from oauth_bridge.chain import marks
from oauth_bridge.models import AuthEvent

logger = logging.getLogger(__name__)


@transaction.atomic
def retire(now: datetime, *, limit: int) -> int:
    """Delete up to ``limit`` events older than ``AUDIT_RETENTION_DAYS``; return how many.

    The mark goes first: the database lets no sealed event be deleted that lies after it.
    """
    before = now - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    sealed = AuthEvent.objects.filter(sequence__isnull=False)
    oldest = sealed.order_by("sequence").values_list("sequence", "hash", "at")[:limit]
    old = list(takewhile(lambda row: row[2] < before, oldest))
    if old:
        anchor = marks.read(marks.ANCHOR)
        if anchor is not None and not marks.is_genuine(anchor):
            # Whoever looks into it needs what is there.
            logger.error("audit events are kept: the mark of the oldest was changed; see `manage.py audit verify`")
            return 0
        through, event_hash, _ = old[-1]
        marks.move(marks.ANCHOR, through or 0, event_hash)
        sealed.filter(sequence__lte=through).delete()
        audit.record(audit.Kind.AUDIT_SHORTENED, through=through or 0, events=len(old))
    never = AuthEvent.objects.filter(sequence__isnull=True, at__lt=before).order_by("pk").values_list("pk", flat=True)
    keys = list(never[: limit - len(old)])
    AuthEvent.objects.filter(pk__in=keys, sequence__isnull=True).delete()
    return len(old) + len(keys)
