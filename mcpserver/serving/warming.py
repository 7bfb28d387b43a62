"""What is loaded once the server listens: a start waits for `/mcp` alone, and the first person for nothing."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

# Long enough for the first answers not to share the interpreter with it.
_AFTER_SECONDS = 0.5


@contextmanager
def soon() -> Iterator[None]:
    """Load the pages of sign-in in a thread, soon. A request for one that comes before that loads them, or waits."""
    timer = threading.Timer(_AFTER_SECONDS, _load)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _load() -> None:
    import_module("oauth_bridge.urls")
    # As at the start (`collector.py`): what is loaded stays.
    gc.freeze()
