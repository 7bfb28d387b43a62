"""The record of calls: kept in memory for a moment, and written in batches by a thread, so that no call waits for it.

    with records.writing():      # around serving, in each process
        ...

What comes while nobody writes is let go. A process that is killed loses a second of records; one that is stopped, none.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connections, transaction

from tools import call_rows, changes
from tools.call_record import CallRecord

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
BATCH = 500
# While the database is away. Ten seconds of a process at its busiest; memory for 20 MB.
MAX_WAITING = 50_000
_PATIENCE_SECONDS = 5.0


class Recorder:
    """The records that wait, and the thread that writes them."""

    def __init__(self) -> None:
        self._waiting: deque[CallRecord] = deque()
        self._writers = 0
        self._lost = 0
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, call: CallRecord) -> None:
        """Keep a record until it is written. Costs no more than that: called on the event loop."""
        if not self._writers:
            return
        if len(self._waiting) >= MAX_WAITING:
            self._lost += 1
            return
        self._waiting.append(call)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write records while the block lasts, and what is left when it ends."""
        self._writers += 1
        if self._writers == 1:
            self._ending.clear()
            self._thread = threading.Thread(target=self._write_until_the_end, name="records", daemon=True)
            self._thread.start()
        try:
            yield
        finally:
            self._writers -= 1
            if not self._writers and self._thread is not None:
                self._ending.set()
                self._thread.join(_PATIENCE_SECONDS)

    def write(self) -> int:
        """Write what waits; return how many. What the database does not take now is kept."""
        written = 0
        while batch := [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]:
            try:
                with transaction.atomic():
                    call_rows.insert(batch)
                    changes.calls_recorded.send(sender=None, calls=batch)
            except Error as error:
                for call in batch:
                    call.pk = None
                self._waiting.extendleft(reversed(batch))
                # Its message may name hosts.
                logger.error("%d records of calls wait: %s", len(self._waiting), type(error).__name__)  # noqa: TRY400
                return written
            written += len(batch)
        if self._lost:
            logger.error("%d records of calls were lost: too many waited", self._lost)
            self._lost = 0
        return written

    def _write_until_the_end(self) -> None:
        while not self._ending.wait(EVERY_SECONDS):
            self._safely()
        self._safely()

    def _safely(self) -> None:
        if not self._waiting:
            return
        try:
            self.write()
        except Exception:
            # A fault here must not end the thread, and with it the record.
            logger.exception("writing records of calls failed")
        finally:
            connections.close_all()


RECORDER = Recorder()
add = RECORDER.add
writing = RECORDER.writing
