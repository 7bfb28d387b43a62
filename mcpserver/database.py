"""The database from consumers: one helper with threads of its own.

Consumers stand outside Django's request cycle. Bare ORM calls there share a single thread of the process and keep stale
connections; these threads are several, and each call gives its connection back.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="database")


async def run(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what ``work`` returns, run in a database thread."""

    def in_thread() -> R:
        close_old_connections()
        try:
            return work(*args, **kwargs)
        finally:
            close_old_connections()

    result: R = await sync_to_async(in_thread, thread_sensitive=False, executor=_THREADS)()
    return result
