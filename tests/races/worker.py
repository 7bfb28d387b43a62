"""A process of its own that does what it is told, at the moment it is told: one JSON order a line, one JSON answer a line.

    python -m tests.races.worker

An order is ``{"do": …, "at": seconds since the epoch, …}``; the answer to ``post`` is ``{"status", "location", "body"}``.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

import django


def main(orders: TextIO, answers: TextIO) -> None:
    """Answer orders until there are no more."""
    django.setup()
    actions: dict[str, Callable[..., dict[str, Any]]] = {"post": _post, "bind": _bind, "renew": _renew, "warm": _warm}
    for line in orders:
        order = json.loads(line)
        action, at = actions[order.pop("do")], order.pop("at")
        while time.time() < at:
            pass  # every process begins at the same moment, and not when the scheduler wakes it up
        answers.write(json.dumps(action(**order)) + "\n")
        answers.flush()


def _warm() -> dict[str, Any]:
    """Load what the first request would load, and connect."""
    return _post("/token", "client_id=nobody", {})


def _post(path: str, form: str, cookies: dict[str, str]) -> dict[str, Any]:
    from django.conf import settings
    from django.test import Client

    client = Client(raise_request_exception=False, HTTP_HOST=settings.PUBLIC_URL.partition("://")[2])
    client.cookies.load(cookies)
    answer = client.post(path, form, content_type="application/x-www-form-urlencoded")
    is_json = answer.headers.get("Content-Type", "").startswith("application/json")
    return {
        "status": answer.status_code,
        "location": answer.headers.get("Location", ""),
        "body": json.loads(answer.content) if is_json else {},
    }


def _bind(github_id: int, login: str) -> dict[str, Any]:
    from oauth_bridge import people

    return {"bound": people.rule_for(github_id, login) is not None}


def _renew(session_id: str) -> dict[str, Any]:
    from oauth_bridge.github import credentials

    return {"token": credentials.access_token(session_id)}


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
