"""One line a request: what an operator needs, and never a query, a header's value, a cookie or a body."""

import logging
import time
from collections.abc import Mapping

from mcpserver.edge.zones import Zone

_log = logging.getLogger("gatehouse.access")

CLIENT_LEFT = 499
_MAX_PATH = 200
_MAX_USER_AGENT = 120
_MAX_METHOD = 16


def write(
    zone: Zone, *, method: str, path: str, status: int, sent_bytes: int, seconds: float, client: str, user_agent: str
) -> None:
    """Log a finished request; ``status`` 499 stands for a client that left before an answer began."""
    level = logging.DEBUG if zone is Zone.HEALTH else logging.INFO
    if not _log.isEnabledFor(level):
        return
    fields: dict[str, str | int | float] = {
        "method": method[:_MAX_METHOD],
        "path": path if len(path) <= _MAX_PATH else f"{path[:_MAX_PATH]}…",
        "status": status,
        "bytes": sent_bytes,
        "ms": round(seconds * 1000, 2),
        "client": client,
        "user_agent": user_agent[:_MAX_USER_AGENT],
    }
    _log.handle(_Record(level, fields))


_COMMON = logging.LogRecord(_log.name, logging.INFO, "", 0, "%s %s %d %.1f ms", (), None).__dict__


class _Record(logging.LogRecord):
    """A record without what ``LogRecord`` looks up for each: caller, thread, process. Of one line a request that is most."""

    def __init__(self, level: int, fields: Mapping[str, str | int | float]) -> None:
        now = time.time()
        self.__dict__.update(_COMMON)
        self.levelno, self.levelname = level, logging.getLevelName(level)
        self.args = (fields["method"], fields["path"], fields["status"], fields["ms"])
        self.created, self.msecs = now, now % 1 * 1000
        self.fields = fields
