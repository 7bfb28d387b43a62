"""Records of tool calls in the audit: an event for each batch that is written, and the deletions that are by right."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from django.utils import timezone

from oauth_bridge import audit, housekeeping
from oauth_bridge.chain import batch_verification, batches, marks
from oauth_bridge.chain.batches import Row
from oauth_bridge.models import AuditMark, AuthEvent
from tools import changes
from tools.models import ToolCall

# All columns: their order is part of what is hashed.
_CONTENT = (
    "github_id", "login", "client_id", "client_name", "session_id", "tool", "tool_set", "outcome", "duration_ms",
    "result_size", "request_id", "arguments",
)  # fmt: skip
_values = attrgetter("pk", "at", *_CONTENT)
_PAGE = 10_000
_AT_ONCE = 5_000


class Calls:
    """The records of calls, as the audit looks through them."""

    def rows(self, wanted: Sequence[int]) -> Iterator[Row]:
        """Return those of the calls that there are."""
        for key, at, *content in ToolCall.objects.filter(pk__in=wanted).order_by().values_list("pk", "at", *_CONTENT):
            yield Row(key, at, content)

    def present(self, *, since: datetime | None, after: int) -> Iterator[int]:
        """Yield the keys of all calls from ``since``, and after ``after``, in order."""
        calls = ToolCall.objects.order_by("pk").values_list("pk", flat=True)
        if since is not None:
            calls = calls.filter(at__gte=since)
        while keys := list(calls.filter(pk__gt=after)[:_PAGE]):
            yield from keys
            after = keys[-1]

    def count_before(self, moment: datetime) -> int:
        """Return how many calls are of before a time."""
        return ToolCall.objects.filter(at__lt=moment).count()

    def moments(self, wanted: Sequence[int]) -> dict[int, datetime]:
        """Return when calls were."""
        return dict(ToolCall.objects.filter(pk__in=wanted).values_list("pk", "at"))


def connect(app: AppConfig) -> None:
    """Listen to what is recorded, and be known to whoever verifies and deletes. Called once, when the project starts."""
    changes.calls_recorded.connect(_record, dispatch_uid="call_audit")
    post_migrate.connect(_begin, sender=app, dispatch_uid="call_audit")
    batch_verification.SOURCES.append(Calls())
    housekeeping.ALSO_RETIRED["records of calls"] = retire


@transaction.atomic
def retire(now: datetime, limit: int) -> int:
    """Delete up to ``limit`` calls older than ``AUDIT_RETENTION_DAYS``; return how many."""
    before = now - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    old = list(ToolCall.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:limit])
    if not old or not batches.raise_floor(before):
        return 0
    ToolCall.objects.filter(pk__in=old).delete()
    return len(old)


@transaction.atomic
def forget(github_id: int) -> None:
    """Delete a person's calls. The audit keeps which rows these were, and that they went by right."""
    keys = list(ToolCall.objects.filter(github_id=github_id).order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(keys), _AT_ONCE):
        piece = keys[at : at + _AT_ONCE]
        batches.record_deletion(piece)
        ToolCall.objects.filter(pk__in=piece).delete()


def _record(*, calls: Iterable[ToolCall], **_: object) -> None:
    batches.record(Row(key, at, content) for key, at, *content in map(_values, calls))


def _begin(**_: Any) -> None:
    """Take calls for given that were recorded before there were batches. A receiver of ``post_migrate``."""
    there = set(connection.introspection.table_names())
    if not {model._meta.db_table for model in (ToolCall, AuthEvent, AuditMark)} <= there:
        return
    is_new = not AuthEvent.objects.filter(kind=audit.Kind.TOOL_CALLS).exists()
    if is_new and ToolCall.objects.exists() and marks.read(marks.CALLS) is None:
        batches.begin_at(timezone.now())
