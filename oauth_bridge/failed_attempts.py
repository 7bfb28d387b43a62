"""Failed attempts of a client at an address: after a number of them, the next answers are longer and longer in coming.

Only failures are held back. Secrets, codes and tokens are 256 random bits, which nobody guesses: what has to be kept down
is the load of a client that has lost its way. To refuse everybody who uses that id would give a stranger behind the same
address (Claude's serve all its users) the means to lock the others out.
"""

import hashlib
import time

from oauth_bridge import shared_cache
from oauth_bridge.throttle import Throttled

FREE = 60
WINDOW_SECONDS = 600
FIRST_WAIT_SECONDS = 2
LONGEST_WAIT_SECONDS = 300


def note(address: str | None, client_id: str) -> None:
    """Count a failure. Between two waits the caller hears the precise error again, so that it can still learn from it.

    Raises:
        Throttled: to be told instead of the error, until the wait is over.
    """
    name, now = hashlib.sha256(f"{address}\n{client_id}".encode()).hexdigest()[:32], int(time.time())
    if (until := _wait(name, now)) > now:
        raise Throttled(until - now, "Too many attempts failed.")


def wait_seconds(failures: int) -> int:
    """Return how long the answers after so many failures wait: none for the first, then 2 s, doubled up to 5 minutes."""
    if failures < FREE:
        return 0
    return min(FIRST_WAIT_SECONDS << min(failures - FREE, 20), LONGEST_WAIT_SECONDS)


def _wait(name: str, now: int) -> int:
    """Return until when failures are held back already; 0 for one that is told, which begins the next wait."""
    until: int = shared_cache.use(lambda cache: cache.get(f"failing:{name}:until", 0))
    if until > now:
        return until
    wait = wait_seconds(shared_cache.count(f"failing:{name}", seconds=WINDOW_SECONDS))
    if wait:
        shared_cache.use(lambda cache: cache.set(f"failing:{name}:until", now + wait, timeout=wait))
    return 0
