"""SIGINT and SIGTERM: the first asks to finish, the second ends at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from mcpserver.serving.refusal import EXIT_CUT

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping(stop: Callable[[], None], cut: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Within the block, call ``stop`` at the first signal; at the second call ``cut`` and leave the process.

    Both run between two instructions of the main thread: they may set a flag or wake a loop, not more.
    """
    asked = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            cut()
            # No clean-up: whoever asks twice does not want to wait for it, and transactions end with their connections.
            os._exit(EXIT_CUT)
        asked = True
        stop()

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
