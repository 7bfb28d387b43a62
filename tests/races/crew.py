"""Several worker processes on the test database, started together by the clock."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings

from tests.support.processes import PROJECT

HEAD_START_SECONDS = 0.03


class Crew:
    """Processes of the product that share nothing but the database and the cache."""

    def __init__(self, size: int) -> None:
        self._processes = [self._start() for _ in range(size)]
        self.together([{"do": "warm"}] * size)

    def together(self, orders: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give each process one order; all begin at the same moment. Return the answers in the orders' order."""
        at = time.time() + HEAD_START_SECONDS
        busy = list(zip(self._processes, orders, strict=False))
        for process, order in busy:
            assert process.stdin
            process.stdin.write(json.dumps({**order, "at": at}) + "\n")
            process.stdin.flush()
        return [self._answer(process) for process, _ in busy]

    def post(self, path: str, form: dict[str, str], *, cookies: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """Let all of them post the same form at once."""
        order = {"do": "post", "path": path, "form": urlencode(form), "cookies": cookies or {}}
        return self.together([order] * len(self._processes))

    def end(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.communicate()

    @staticmethod
    def _answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
        assert process.stdout
        line = process.stdout.readline()
        assert line, f"a worker ended with {process.wait()}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    @staticmethod
    def _start() -> "subprocess.Popen[str]":
        parts = urlsplit(os.environ["DATABASE_URL"])
        url = urlunsplit(parts._replace(path="/" + str(settings.DATABASES["default"]["NAME"])))
        return subprocess.Popen(
            [sys.executable, "-m", "tests.races.worker"],
            cwd=PROJECT,
            env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "mcpserver.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
