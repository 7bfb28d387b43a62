"""The live server goes on between two tests, when there is no database to read: its notes are read during tests alone."""

import threading

import pytest

from mcpserver.streams.reader import Reader
from mcpserver.streams.watermark import Watermark

_during_test = threading.Event()


def install(live: threading.Thread) -> pytest.MonkeyPatch:
    """Let readers on that thread's event loop pause between ``begin`` and ``end``; return what undoes it."""
    patch = pytest.MonkeyPatch()
    original = Reader._read

    async def read(self: Reader, watermark: Watermark) -> None:
        if threading.current_thread() is not live or _during_test.is_set():
            await original(self, watermark)

    patch.setattr(Reader, "_read", read)
    return patch


begin = _during_test.set
end = _during_test.clear
