"""Send spoilt requests for a while, and say what they broke; exit 1 if anything.

    python -m tests.fuzz [--seconds 60] [--seed N] [--only NUMBER]

Broken is: a status of 500 or above, an internal error in an answer, an exception in the log, a message that is not of the
schema, an honest request that fails, a server that does not end as it should.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.conformance.served_fixtures import Variant, serving
from tests.fuzz.attack import Attack
from tests.fuzz.judge import wrong_in_log
from tests.support import witness


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gatehouse-fuzz-") as folder:
        complaints = Path(folder) / "complaints"
        complaints.mkdir()
        os.environ[witness.VARIABLE] = str(complaints)
        with serving(Path(folder), Variant("fuzz", one_caller=True), RATE_REGISTER="10/minute") as prepared:
            attack = Attack(prepared.served.server.port, options.seed)
            attack.run(options.seconds, only=options.only)
            wrong = [*attack.wrong, *wrong_in_log(prepared.served.output)]
        wrong += witness.complaints(complaints)
    print(f"seed {options.seed}: {attack.sent} requests; answers by status: {dict(sorted(attack.statuses.items()))}")
    print(*wrong[:20], sep="\n", end="\n" if wrong else "")
    return 1 if wrong or not attack.sent else 0


if __name__ == "__main__":
    sys.exit(main())
