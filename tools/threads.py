"""Plain functions of tools, resources and prompts, in threads of their own.

Not in the event loop's: names of hosts are looked up there, so that a few functions that hang would keep everybody from GitHub.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import close_old_connections

from tools.limits import MAX_AT_ONCE

# One person alone never holds them all. A thread is made when it is first needed.
_THREADS = ThreadPoolExecutor(max_workers=2 * MAX_AT_ONCE, thread_name_prefix="tools")


async def run(function: Callable[..., Any], *given: Any) -> Any:
    """Return what the function returns. It may use the database, as a view does: a dead connection is not used twice."""

    def in_thread() -> Any:
        close_old_connections()
        try:
            return function(*given)
        finally:
            close_old_connections()

    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_THREADS, context.run, in_thread)
