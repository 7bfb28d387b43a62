"""The suite as a program: runs one command of it, and reads from its files what it found."""

import json
import subprocess
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

KINDS = ("SUCCESS", "FAILURE", "WARNING", "SKIPPED")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run found. ``checks`` counts by status; ``expected`` is how many must have succeeded."""

    name: str
    exit_status: int
    checks: Counter[str]
    expected: int
    said: str

    @property
    def is_green(self) -> bool:
        """Return whether the gate opens. The exit status alone says too little: it is 0 after a skip as well."""
        return self.exit_status == 0 and self.checks == Counter({"SUCCESS": self.expected})


@dataclass(frozen=True, slots=True)
class Suite:
    """The suite's program, and the folder that takes what it writes."""

    command: tuple[str, ...]
    folder: Path
    patience_seconds: float = 120

    def run(
        self, name: str, arguments: Sequence[str], *, expected: int, on_line: Callable[[str], None] = lambda _line: None
    ) -> Outcome:
        """Run one command of the suite; ``on_line`` hears each line that it prints, as it prints it.

        A run that hangs, or in which ``on_line`` fails, is killed: its exit status tells, and ``said`` why.
        """
        results = self.folder / name
        process = subprocess.Popen(
            [*self.command, *arguments, "-o", str(results)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        watchdog = threading.Timer(self.patience_seconds, process.kill)
        watchdog.start()
        said: list[str] = []
        with process:
            try:
                _follow(process, said, on_line)
            except Exception:  # noqa: BLE001  whatever it was: without its part the suite would wait for minutes
                process.kill()
                said.append(traceback.format_exc())
            finally:
                watchdog.cancel()
        return Outcome(name, process.returncode, count(results), expected, "".join(said))


def _follow(process: subprocess.Popen[str], said: list[str], on_line: Callable[[str], None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        on_line(line.strip())


def count(results: Path) -> Counter[str]:
    """Return how many checks of each status a run has written. Those that only inform are left out."""
    found: Counter[str] = Counter()
    for file in results.rglob("checks.json"):
        found.update(check["status"] for check in json.loads(file.read_text(encoding="utf-8")))
    return Counter({kind: number for kind, number in found.items() if kind != "INFO"})


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes for people to read, one line a run."""
    width = max(len(outcome.name) for outcome in outcomes)
    head = f"{'run':{width}}  {'passed':>8} {'failed':>8} {'warned':>8} {'skipped':>8} {'exit':>5}  verdict"
    return "\n".join([head, *(f"{outcome.name:{width}}  {_row(outcome)}" for outcome in outcomes)])


def _row(outcome: Outcome) -> str:
    counts = " ".join(f"{outcome.checks[kind]:>8}" for kind in KINDS)
    verdict = "ok" if outcome.is_green else f"NOT OK ({outcome.expected} must pass, and nothing else)"
    return f"{counts} {outcome.exit_status:>5}  {verdict}"
