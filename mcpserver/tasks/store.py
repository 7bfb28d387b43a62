"""The rows of tasks. Each change of status is one conditional ``UPDATE``: who is late changes nothing, and is told so.

These functions block: consumers call them through ``mcpserver.database``.
"""

import logging
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mcpserver.protocol.tasks import CANCELLED, COMPLETED, FAILED, INPUT_REQUIRED, OPEN, WORKING, TaskState
from mcpserver.streams import bus
from mcpserver.tasks import sealed
from mcpserver.tasks.model import Task
from oauth_bridge import sealing
from oauth_bridge.models import Person
from oauth_bridge.principals import Principal

logger = logging.getLogger(__name__)

# What is not fetched by then is gone, and what still runs then is stopped.
TTL = timedelta(hours=1)
POLL_INTERVAL_MS = 1_000
# Several heartbeats (``running.HEARTBEAT_SECONDS``): a busy moment must not look like a death.
LEASE = timedelta(seconds=20)
MAX_RUNNING = 10
MAX_KEPT = 100

# The kind of note that tells of a change; its target is the task's id. Its payload says whether the client made the change.
NOTE = "task"

_RESTARTED = "The server was restarted while the task ran. Call the tool again."
_ENDED = "The sign-in that started the task has ended."
# A final task keeps its outcome and nothing else.
_NOTHING_WAITED_FOR = {"sealed_requests": None, "sealed_answers": None}


class TooManyTasks(Exception):
    """This person has ``MAX_RUNNING`` tasks that run."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a heartbeat found: the tasks that go on, and those of them for which answers have come."""

    going_on: frozenset[str]
    answered: frozenset[str]


def create(principal: Principal, tool: str) -> TaskState:
    """Return a new task, which is in the database when this returns.

    Beyond ``MAX_KEPT`` the oldest final ones make room: nobody can delete a task, so refusing would lock the person out.

    Raises:
        TooManyTasks: wait for one to end.
    """
    now = timezone.now()
    with transaction.atomic():
        # Locked, so that two calls at once cannot both be the last one that is allowed.
        Person.objects.select_for_update(no_key=True).get(pk=principal.person_id)
        of_person = Task.objects.filter(session__person_id=principal.person_id)
        if of_person.filter(status__in=OPEN, lease_until__gt=now).count() >= MAX_RUNNING:
            raise TooManyTasks
        kept = of_person.exclude(status__in=OPEN).order_by("-created_at").values_list("pk", flat=True)
        Task.objects.filter(pk__in=list(kept[MAX_KEPT - MAX_RUNNING :])).delete()
        task = Task.objects.create(
            id=secrets.token_hex(20),
            session_id=principal.session_id,
            tool=tool,
            created_at=now,
            last_updated_at=now,
            expires_at=now + TTL,
            lease_until=now + LEASE,
        )
    return _state(task)


def find(task_id: str, principal: Principal) -> TaskState | None:
    """Return the task, or None: there is none that this person may see through this client.

    A task whose process has died is failed from here on, whoever reads it.
    """
    _fail_if_abandoned(task_id)
    task = _readable(principal).filter(pk=task_id).first()
    try:
        return None if task is None else _state(task)
    except sealing.Unsealable:
        logger.error("a task is sealed with a key that is no longer there")  # noqa: TRY400  the traceback tells no more
        return None


def readable_ids(task_ids: Collection[str], principal: Principal) -> list[str]:
    """Return those of the ids that this person may see through this client."""
    return list(_readable(principal).filter(pk__in=task_ids).values_list("pk", flat=True))


def ask(task_id: str, requests: Mapping[str, Any]) -> bool:
    """Let the task wait for answers; return whether it was working."""
    values = {"status": INPUT_REQUIRED, "sealed_requests": sealed.seal(requests), "sealed_answers": None}
    return _change(task_id, values, from_status=(WORKING,))


def answer(task_id: str, principal: Principal, responses: Mapping[str, Any]) -> bool | None:
    """Take the answers that are waited for; return whether there were any, None if the task is unknown.

    Answers to anything else are passed over: they came twice, too late, or for nothing (SEP-2663, Task Input Requests).
    """
    with transaction.atomic():
        task = _readable(principal).filter(pk=task_id).select_for_update(of=("self",), no_key=True).first()
        if task is None:
            return None
        requests, answers = sealed.unseal(task.sealed_requests), sealed.unseal(task.sealed_answers)
        taken = {key: value for key, value in responses.items() if key in requests}
        if task.status != INPUT_REQUIRED or not taken:
            return False
        left = {key: value for key, value in requests.items() if key not in taken}
        values = {
            "status": INPUT_REQUIRED if left else WORKING,
            "sealed_requests": sealed.seal(left) if left else None,
            "sealed_answers": sealed.seal({**answers, **taken}),
        }
        return _change(task_id, values, from_status=(INPUT_REQUIRED,), by_client=True)


def collect(task_id: str) -> dict[str, Any] | None:
    """Return the answers if all of them are there, and forget them."""
    rows = Task.objects.filter(pk=task_id, status=WORKING, sealed_answers__isnull=False)
    answers = rows.values_list("sealed_answers", flat=True).first()
    if answers is None:
        return None
    rows.update(sealed_answers=None)
    return sealed.unseal(answers)


def complete(task_id: str, result: bytes) -> bool:
    """Keep a call's result, as JSON; return whether the task had not ended."""
    return _change(task_id, {"status": COMPLETED, "sealed_outcome": sealing.seal(result.decode()), **_NOTHING_WAITED_FOR})


def fail(task_id: str, error: Mapping[str, Any]) -> bool:
    """Keep the error of a call, ``{"code": …, "message": …}``; return whether the task had not ended."""
    return _change(task_id, _failure(error))


def cancel(task_id: str, principal: Principal) -> bool | None:
    """Cancel the task; return whether it had not ended, None if it is unknown."""
    if not _readable(principal).filter(pk=task_id).exists():
        return None
    return _change(task_id, _cancellation("The client cancelled the task."), by_client=True)


def beat(task_ids: Collection[str]) -> Beat:
    """Renew the leases of tasks that run here; cancel those whose person, client or sign-in is gone, or whose time is up."""
    now = timezone.now()
    rows = Task.objects.filter(pk__in=task_ids, status__in=OPEN)
    good = rows.filter(
        expires_at__gt=now,
        session__ended_at__isnull=True,
        session__expires_at__gt=now,
        session__person__is_active=True,
        session__client__disabled_at__isnull=True,
    )
    found = dict(good.values_list("pk", "sealed_answers"))
    rows.filter(pk__in=found).update(lease_until=now + LEASE)
    # Nobody may read these any more, and so nobody is told.
    rows.exclude(pk__in=found).update(last_updated_at=now, **_cancellation(_ENDED))
    return Beat(frozenset(found), frozenset(key for key, answers in found.items() if answers is not None))


def _readable(principal: Principal) -> QuerySet[Task]:
    """Return what the caller may see: of the same person and client, begun by a sign-in that still stands."""
    now = timezone.now()
    return Task.objects.filter(
        session__person_id=principal.person_id,
        session__client__client_id=principal.client_id,
        session__ended_at__isnull=True,
        session__expires_at__gt=now,
        expires_at__gt=now,
    )


def _fail_if_abandoned(task_id: str) -> None:
    abandoned = Task.objects.filter(pk=task_id, status__in=OPEN, lease_until__lt=timezone.now())
    if abandoned.exists():
        _change(task_id, _failure({"code": -32603, "message": _RESTARTED}), lease_until__lt=timezone.now())


def _failure(error: Mapping[str, Any]) -> dict[str, Any]:
    message = str(error.get("message", ""))[:200]
    return {"status": FAILED, "status_message": message, "sealed_outcome": sealed.seal(error), **_NOTHING_WAITED_FOR}


def _cancellation(message: str) -> dict[str, Any]:
    return {"status": CANCELLED, "status_message": message, **_NOTHING_WAITED_FOR}


def _change(
    task_id: str,
    values: Mapping[str, Any],
    *,
    from_status: Collection[str] = OPEN,
    by_client: bool = False,
    **conditions: Any,
) -> bool:
    """Change a task that has one of these statuses, and tell who listens; return whether it had."""
    with transaction.atomic():
        rows = Task.objects.filter(pk=task_id, status__in=from_status, **conditions)
        has_changed = bool(rows.update(last_updated_at=timezone.now(), **values))
        if has_changed:
            bus.publish_sync(NOTE, task_id, {"by_client": by_client})
    return has_changed


def _state(task: Task) -> TaskState:
    outcome = sealed.unseal(task.sealed_outcome)
    return TaskState(
        task_id=task.id,
        status=task.status,
        status_message=task.status_message,
        created_at=task.created_at,
        last_updated_at=task.last_updated_at,
        ttl_ms=round((task.expires_at - task.created_at).total_seconds() * 1000),
        poll_interval_ms=POLL_INTERVAL_MS,
        input_requests=sealed.unseal(task.sealed_requests),
        result=outcome if task.status == COMPLETED else None,
        error=outcome if task.status == FAILED else None,
    )
