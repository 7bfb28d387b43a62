"""A client's script as a running program, with a person before its browser."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import needs
from tests.support.processes import PROJECT

Json = dict[str, Any]
PATIENCE_SECONDS = 60
MCP1_PYTHON = PROJECT / ".venv-mcp1/bin/python"


@dataclass
class Program:
    """One client. ``person`` takes an authorization URL to the URL that the browser ends at; ``asked`` are all so far."""

    process: subprocess.Popen[str]
    person: Callable[[str], str]
    log: Path
    asked: list[str] = field(default_factory=list)

    def do(self, what: str, **order: Any) -> Json:
        """Give an order and return the answer, being the person at the browser whenever the client asks for one."""
        self._say({"do": what, **order})
        return self._hear()

    def call(self, tool: str, **arguments: Any) -> Json:
        """Call a tool and return its structured content; the call must succeed."""
        answer = self.do("call", tool=tool, arguments=arguments)
        assert answer.get("is_error") is False, (answer, self.log.read_text())
        structured: Json = answer["structured"]
        return structured

    def connect(self) -> None:
        """Return once the client is connected."""
        assert self._hear() == {"ready": True}

    def _hear(self) -> Json:
        while "authorize" in (message := self._line()):
            self.asked.append(message["authorize"])
            self._say({"callback": self.person(message["authorize"])})
        return message

    def _line(self) -> Json:
        assert self.process.stdout is not None
        # A client that hangs must fail its test, not hold the run.
        watchdog = threading.Timer(PATIENCE_SECONDS, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline()
        watchdog.cancel()
        assert line, f"the client ended, or hung for {PATIENCE_SECONDS} s:\n{self.log.read_text()}"
        message: Json = json.loads(line)
        return message

    def _say(self, message: Json) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()


@contextmanager
def program(script: str, arguments: Sequence[str], person: Callable[[str], str], folder: Path) -> Iterator[Program]:
    """Run ``tests.clients.<script>`` until the block ends, connected; then demand a clean end.

    Skips the test where the environment of the 1.x client is missing.
    """
    log = folder / f"{script}.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [_python(script), "-m", f"tests.clients.{script}", *arguments],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        try:
            client = Program(process, person, log)
            client.connect()
            yield client
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(PATIENCE_SECONDS) == 0, log.read_text()
        finally:
            process.kill()


def _python(script: str) -> str:
    if script != "sdk1":
        return sys.executable
    if not MCP1_PYTHON.exists():
        needs.missing("the 1.x MCP client (.venv-mcp1, which `make test` makes from requirements/mcp1.txt)")
    return str(MCP1_PYTHON)
