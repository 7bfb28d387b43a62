"""One line a request: what an operator needs, and never a query, a header's value, a cookie or a body."""

import logging

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
    fields = {
        "method": method[:_MAX_METHOD],
        "path": path if len(path) <= _MAX_PATH else f"{path[:_MAX_PATH]}…",
        "status": status,
        "bytes": sent_bytes,
        "ms": round(seconds * 1000, 2),
        "client": client,
        "user_agent": user_agent[:_MAX_USER_AGENT],
    }
    _log.log(level, "%s %s %d %.1f ms", fields["method"], fields["path"], status, fields["ms"], extra={"fields": fields})
