"""What ``serve`` does from time to time beside serving: housekeeping, in threads of the process that was started.

Every replica has them. They begin at random moments, and the lock in the database lets one sweep at a time.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone

logger = logging.getLogger("gatehouse.schedule")

FIRST_SECONDS = (30.0, 300.0)
EVERY_SECONDS = (3300.0, 3900.0)
# Between these a rule that has expired ends its sessions: "until five o'clock" is to mean that.
RULES_SECONDS = (240.0, 300.0)
# How long an event is without its place in the chain.
SEAL_SECONDS = (20.0, 40.0)
_PATIENCE_SECONDS = 5.0

MayGoOn = Callable[[], bool]
Job = Callable[[MayGoOn], None]
Span = tuple[float, float]


@contextmanager
def repeated(job: Job, *, first_seconds: Span = FIRST_SECONDS, every_seconds: Span = EVERY_SECONDS) -> Iterator[None]:
    """Run ``job`` again and again while the block lasts; each wait is random within its span.

    The job is told by its argument when the block is over, and is waited for a moment then.
    """
    stop = threading.Event()

    def loop() -> None:
        span = first_seconds
        while not stop.wait(random.uniform(*span)):  # noqa: S311  nothing secret: so that replicas do not begin together
            job(lambda: not stop.is_set())
            span = every_seconds

    thread = threading.Thread(target=loop, name="schedule", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE_SECONDS)


def keep_house(may_go_on: MayGoOn) -> None:
    """Run the housekeeping once."""
    # Here, and not above: models are ready when the block begins, not when this module is read.
    from oauth_bridge import housekeeping

    def run() -> None:
        try:
            done = housekeeping.run(timezone.now(), may_go_on=may_go_on)
        except housekeeping.Busy:
            logger.info("housekeeping: another process is at it")
        else:
            told = ", ".join(f"{count} {name}" for name, count in done.items() if count)
            logger.info("housekeeping: %s", told or "nothing to do")

    _safely("housekeeping", run)


def keep_rules(_may_go_on: MayGoOn) -> None:
    """End the sessions whose rule has expired."""
    from oauth_bridge import housekeeping

    def run() -> None:
        if ended := housekeeping.end_expired_rules(timezone.now()):
            logger.info("expired rules: %d sessions ended", ended)

    _safely("expired rules", run)


def seal_events(may_go_on: MayGoOn) -> None:
    """Give new audit events their place in the chain."""
    from oauth_bridge.chain import marks, sealing

    def run() -> None:
        try:
            sealing.seal(timezone.now(), may_go_on=may_go_on)
        except marks.BrokenChain:
            logger.error("audit: the mark of the newest event was changed; see `manage.py audit verify`")  # noqa: TRY400

    _safely("sealing of audit events", run)


def _safely(name: str, run: Callable[[], None]) -> None:
    """Run a job. Whatever goes wrong is told to the log, and tried again the next time."""
    try:
        run()
    except (DatabaseError, InterfaceError) as error:
        # Its message may name hosts.
        logger.error("%s: the database does not answer: %s", name, type(error).__name__)  # noqa: TRY400
    except Exception:
        # A fault here must not end the thread, and with it all that it has to do.
        logger.exception("%s failed", name)
    finally:
        connections.close_all()
