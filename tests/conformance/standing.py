"""``make conformance-server``: the fixtures, served until Ctrl-C, for the suite or any client to be pointed at.

    python -m tests.conformance.standing fixed|real PORT [OPTION OF serve …]

``fixed``: whoever calls is Alice. ``real``: a token is needed, and one is printed.
"""

import sys
import tempfile
import threading
from pathlib import Path

from tests.conformance.served_fixtures import Variant, services, serving


def main(auth: str, port: str, *options: str) -> int:
    """Serve; return the exit status."""
    if auth not in ("fixed", "real"):
        print("AUTH is fixed or real")
        return 2
    with tempfile.TemporaryDirectory(prefix="gatehouse-fixtures-") as scratch, services() as found:
        variant = Variant("standing", options, one_caller=auth == "fixed", environment=found)
        with serving(Path(scratch), variant, PORT=port) as prepared:
            print(f"The conformance fixtures are at {prepared.endpoint}; the log is {prepared.served.server.log}")
            if prepared.token:
                print(f"Authorization: Bearer {prepared.token}")
            print("Ctrl-C ends it.", flush=True)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                print()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
