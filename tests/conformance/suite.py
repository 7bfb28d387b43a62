"""The suite as a program: runs one command of it, and reads from its files what it found."""

import os
import subprocess
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.conformance.checks import Check, Excuses, read

KINDS = ("SUCCESS", "FAILURE", "WARNING", "SKIPPED")
PRELOAD = Path(__file__).parents[2] / "conformance" / "add-bearer.mjs"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run found. ``checks`` counts by status, without what is excused; ``expected`` is how many must have succeeded.

    ``broken`` says what else went wrong: a check that is not green, an excuse that was not needed.
    """

    name: str
    exit_status: int
    checks: Counter[str]
    expected: int
    said: str
    excused: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def is_green(self) -> bool:
        """Return whether the gate opens. The exit status alone says too little: it is 0 after a skip as well."""
        return self.exit_status == 0 and not self.broken and self.checks == Counter({"SUCCESS": self.expected})


@dataclass(frozen=True, slots=True)
class Suite:
    """The suite's program, and the folder that takes what it writes."""

    command: tuple[str, ...]
    folder: Path
    patience_seconds: float = 240
    environment: Mapping[str, str] = field(default_factory=dict)

    def with_bearer(self, token: str) -> "Suite":
        """Return the suite with a token on everything that it sends, which it has no option for."""
        node, *rest = self.command
        command = (node, "--import", str(PRELOAD), *rest)
        return replace(self, command=command, environment={**self.environment, "CONFORMANCE_BEARER": token})

    def run(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        expected: int,
        on_line: Callable[[str], None] = lambda _line: None,
        excuses: Excuses | None = None,
    ) -> Outcome:
        """Run one command of the suite; ``on_line`` hears each line that it prints, as it prints it.

        A run that hangs, or in which ``on_line`` fails, is killed: its exit status tells, and ``said`` why.
        """
        results = self.folder / name
        process = subprocess.Popen(
            [*self.command, *arguments, "-o", str(results)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **self.environment},
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
        return judged(name, process.returncode, list(read(results)), expected, "".join(said), excuses or {})


def _follow(process: subprocess.Popen[str], said: list[str], on_line: Callable[[str], None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        on_line(line.strip())


def judged(name: str, exit_status: int, checks: Sequence[Check], expected: int, said: str, excuses: Excuses) -> Outcome:
    """Return the outcome of a run with these checks."""
    excused = [check for check in checks if check.status != "SUCCESS" and (check.scenario, check.id) in excuses]
    counted = [check for check in checks if check not in excused]
    needless = set(excuses) - {(check.scenario, check.id) for check in excused}
    return Outcome(
        name,
        exit_status,
        Counter(check.status for check in counted),
        expected,
        said,
        excused=tuple(f"{check} - {excuses[check.scenario, check.id]}" for check in excused),
        broken=(
            *(str(check) for check in counted if check.status != "SUCCESS"),
            *(f"no longer needs an excuse: {scenario}: {check}" for scenario, check in sorted(needless)),
        ),
    )


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes for people to read, one line a run."""
    width = max(len(outcome.name) for outcome in outcomes)
    head = f"{'run':{width}}  {'passed':>8} {'failed':>8} {'warned':>8} {'skipped':>8} {'exit':>5}  verdict"
    return "\n".join([head, *(f"{outcome.name:{width}}  {_row(outcome)}" for outcome in outcomes)])


def _row(outcome: Outcome) -> str:
    counts = " ".join(f"{outcome.checks[kind]:>8}" for kind in KINDS)
    verdict = "ok" if outcome.is_green else f"NOT OK ({outcome.expected} must pass, and nothing else)"
    return f"{counts} {outcome.exit_status:>5}  {verdict}"
