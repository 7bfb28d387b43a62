"""How many fetches run at once in a process: few for one host, domain or caller, so that each crowds out only itself.

The table holds what runs, and nothing else: it cannot outgrow the number of all.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

# For the known hosts apart: slow sites of strangers must not keep the clients of most people waiting.
OF_ALL = 16
OF_ONE = {"host": 2, "domain": 4, "caller": 2}
OF_ONE_KNOWN = {"host": 4, "domain": 4, "caller": 2}


class Full(Exception):
    """As many fetches as are allowed are under way."""


class Slots:
    """What runs, by the whole, the host, the domain and the caller."""

    def __init__(self) -> None:
        self._running: Counter[tuple[str, ...]] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, host: str, caller: str, *, is_known: bool) -> Iterator[None]:
        """Hold a place while the block lasts. Nobody waits for one: a thread that waited would be taken from others.

        Raises:
            Full: the host, its domain, the caller or all together have as many as they may.
        """
        limits = _limits(host, caller, is_known=is_known)
        with self._lock:
            if any(self._running[key] >= limit for key, limit in limits.items()):
                raise Full
            self._running.update(limits.keys())
        try:
            yield
        finally:
            with self._lock:
                self._running.subtract(limits.keys())
                self._running = +self._running

    def __len__(self) -> int:
        return len(self._running)


def _limits(host: str, caller: str, *, is_known: bool) -> dict[tuple[str, ...], int]:
    kind, of_one = ("known", OF_ONE_KNOWN) if is_known else ("unknown", OF_ONE)
    # Whoever owns a domain owns any number of hosts in it. Where many share one, they share its places too.
    domain = ".".join(host.split(".")[-2:])
    return {
        (kind,): OF_ALL,
        (kind, "host", host): of_one["host"],
        (kind, "domain", domain): of_one["domain"],
        (kind, "caller", caller): of_one["caller"],
    }
