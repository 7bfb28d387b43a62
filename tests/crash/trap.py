"""The trap: a request with ``Crash-At: 3`` kills its process with SIGKILL at its third point.

Points are: before each INSERT, UPDATE and DELETE, before each COMMIT, after each COMMIT. ``Crash-Pause: 0.3`` holds the
process for so many seconds at the point, with all its locks, before it dies.
"""

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase

REACHED = "the trap is sprung: "
_WRITE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")


@dataclass(slots=True)
class _Plan:
    left: int
    pause_seconds: float


_plan: ContextVar[_Plan | None] = ContextVar("plan", default=None)


class Armed:
    """Middleware that arms the trap for a request that asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on, armed or not."""
        if "Crash-At" not in request.headers:
            return self.get_response(request)
        token = _plan.set(_Plan(int(request.headers["Crash-At"]), float(request.headers.get("Crash-Pause", "0"))))
        try:
            return self.get_response(request)
        finally:
            _plan.reset(token)


class Trapped(BaseDatabaseWrapper):
    """A part of a database backend: tells the trap of every write and commit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(_statement)

    def _commit(self) -> None:
        _reach("before COMMIT")
        super()._commit()  # type: ignore[misc]  # Django's own, unknown to its stubs
        _reach("after COMMIT")


def _statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if found := _WRITE.match(sql):
        _reach(f"before {found[1].split()[0]} {found[2].removeprefix('oauth_bridge_')}")
    return execute(sql, params, many, context)


def _reach(point: str) -> None:
    plan = _plan.get()
    if plan is None:
        return
    plan.left -= 1
    if plan.left == 0:
        sys.stderr.write(f"{REACHED}{point}\n")
        sys.stderr.flush()
        time.sleep(plan.pause_seconds)
        os.kill(os.getpid(), signal.SIGKILL)
