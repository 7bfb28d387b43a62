"""Run every mode and print the table; exit 1 unless all of it is green."""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.conformance import authorization
from tests.conformance.suite import Outcome, Suite, table

# What the suite wrote stays here, every request and answer in it: the first place to look after a failure.
RESULTS = Path("var/conformance")
MODES = (authorization.runs,)


def main(node: str, program: str) -> int:
    """Return the exit status."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    suite = Suite((node, program), RESULTS)
    outcomes: list[Outcome] = []
    for mode in MODES:
        with tempfile.TemporaryDirectory(prefix="gatehouse-conformance-") as scratch:
            for outcome in mode(suite, Path(scratch)):
                outcomes.append(outcome)
                if not outcome.is_green:
                    print(outcome.said)
    print(table(outcomes))
    return 0 if all(outcome.is_green for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
