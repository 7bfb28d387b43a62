"""How often one person may call one tool: so many times a minute, so many a day."""

import time
from dataclasses import dataclass
from typing import ClassVar

from asgiref.sync import sync_to_async
from django.core.cache import cache

from tools.results import ToolError

MINUTE_SECONDS, DAY_SECONDS = 60, 86_400


@dataclass(frozen=True, slots=True)
class Quota:
    """None: as often as they like."""

    per_minute: int | None = None
    per_day: int | None = None


NO_QUOTA = Quota()


class QuotaUsedUp(ToolError):
    """This person has called the tool as often as they may for now."""

    outcome: ClassVar[str] = "quota"


async def take(tool_name: str, quota: Quota, github_id: int) -> None:
    """Count a call, in the cache that all processes share.

    Raises:
        QuotaUsedUp: there is none left; says when there will be, and what is left of the other limit.
    """
    # In a thread: the cache may be a server elsewhere. Tools without a quota never come here.
    await sync_to_async(_take, thread_sensitive=False)(tool_name, quota, github_id, int(time.time()))


def _take(tool_name: str, quota: Quota, github_id: int, now: int) -> None:
    left: list[str] = []
    # The day last: what the minute refuses is not taken from the day.
    for limit, seconds, unit in ((quota.per_minute, MINUTE_SECONDS, "minute"), (quota.per_day, DAY_SECONDS, "day")):
        if limit is None:
            continue
        window, elapsed = divmod(now, seconds)
        used = _count(f"tool-quota:{tool_name}:{github_id}:{unit}:{window}", seconds)
        if used > limit:
            raise QuotaUsedUp(_message(tool_name, limit, unit, seconds - elapsed, left))
        left.append(f"{limit - used} of {limit} left this {unit}")


def _count(key: str, seconds: int) -> int:
    cache.add(key, 0, timeout=2 * seconds)
    try:
        return cache.incr(key)
    except ValueError:
        # Pushed out between the two calls, by a cache that is full.
        cache.set(key, 1, timeout=2 * seconds)
        return 1


def _message(tool_name: str, limit: int, unit: str, wait_seconds: int, left: list[str]) -> str:
    rest = f" ({'; '.join(left)}.)" if left else ""
    return f"{tool_name} may be called {limit} times a {unit}, and that is used up: 0 left. Wait {_span(wait_seconds)}.{rest}"


def _span(seconds: int) -> str:
    if seconds < MINUTE_SECONDS:
        return f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{-(-minutes // 60)} hours"
