"""Run every mode and print the table; exit 1 unless all of it is green."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.conformance import authorization, server
from tests.conformance.suite import Outcome, Suite, table
from tests.support import witness

# What the suite wrote stays here, every request and answer in it: the first place to look after a failure.
RESULTS = Path("var/conformance")
MODES = (authorization.runs, server.runs)


def main(node: str, program: str, *names: str) -> int:
    """Return the exit status; ``names`` choose runs whose name begins with one of them."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    complaints = RESULTS / "complaints"
    complaints.mkdir(parents=True)
    os.environ[witness.VARIABLE] = str(complaints.resolve())
    suite = Suite((node, program), RESULTS)
    outcomes: list[Outcome] = []
    for mode in MODES:
        with tempfile.TemporaryDirectory(prefix="gatehouse-conformance-") as scratch:
            for outcome in mode(suite, Path(scratch), names or ("",)):
                outcomes.append(outcome)
                if not outcome.is_green:
                    print(outcome.said, *outcome.broken, sep="\n", flush=True)
    print(table(outcomes))
    for outcome in outcomes:
        for excused in outcome.excused:
            print(f"excused in {outcome.name}: {excused}")
    wrong = witness.complaints(complaints)
    print(*(f"not in the schema: {each}" for each in wrong), sep="\n", end="")
    return 0 if outcomes and all(outcome.is_green for outcome in outcomes) and not wrong else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
