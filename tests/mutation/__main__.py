"""Open the holes one at a time in a scratch copy, and demand that the named tests fail.

python -m tests.mutation [words of titles …]

Ends with 1 if a hole stayed unseen, if a test fails without a hole, or if a text to replace is not there exactly once.
It takes some minutes: each hole is a test run of its own.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.mutation.hole import PROJECT, Hole
from tests.mutation.holes import HOLES

_LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "var", "__pycache__", ".*_cache", ".hypothesis", "htmlcov")
_PYTEST = ("-m", "pytest", "-q", "-rfE", "--tb=no", "--no-header", "--no-migrations", "-p", "no:cacheprovider")
TIMEOUT_SECONDS = 120


def main(words: Sequence[str]) -> int:
    """Prove the holes whose titles hold one of the words, or all of them; return the exit status."""
    chosen = [hole for hole in HOLES if not words or any(word in hole.title for word in words)]
    started = time.monotonic()
    for hole in chosen:
        # Told now, and not after minutes.
        hole.opened((PROJECT / hole.file).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="gatehouse-mutation-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(PROJECT, copy, ignore=_LEFT_OUT)
        if failing := _failing(copy, {test for hole in chosen for test in hole.tests}):
            sys.stdout.write(f"without any hole there must be no failure: {', '.join(sorted(failing))}\n")
            return 1
        caught = [_prove(copy, hole) for hole in chosen]
    sys.stdout.write(f"{sum(caught)} of {len(caught)} holes caught in {time.monotonic() - started:.0f} s\n")
    return 0 if chosen and all(caught) else 1


def _prove(copy: Path, hole: Hole) -> bool:
    """Return whether each named test fails with the hole open."""
    file = copy / hole.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(hole.opened(whole), encoding="utf-8")
    try:
        unseen = set(hole.tests) - _failing(copy, hole.tests)
    finally:
        file.write_text(whole, encoding="utf-8")
    sys.stdout.write(f"{'NOT SEEN' if unseen else 'caught':8}  {hole.threat:>2}  {hole.title}\n")
    for test in sorted(unseen):
        sys.stdout.write(f"              {test} passes\n")
    sys.stdout.flush()
    return not unseen


def _failing(copy: Path, tests: Iterable[str]) -> set[str]:
    """Return which of the tests fail, in ``file::name`` form.

    Raises:
        RuntimeError: pytest could not run them: a hole must be seen by a test that fails, not by one that does not start.
    """
    # Without bytecode: a file that is written twice in a second would be taken from its first copy.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "DATABASE_URL": "", "REDIS_URL": ""}
    done = subprocess.run(
        [sys.executable, *_PYTEST, *sorted(tests)],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stdout[-4000:] + done.stderr[-4000:])
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return {line[1].partition(" - ")[0].partition("[")[0] for line in lines if line[0] == "FAILED"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
