"""``notifications/progress`` (MCP basic/utilities/progress)."""

import math
from typing import Any

from mcpserver.protocol.versions import Revision

NOTIFICATION = "notifications/progress"


def progress_params(
    token: str | int, done: float, total: float | None, message: str | None, revision: Revision
) -> dict[str, Any]:
    """Return the params: the token as the client sent it, its type included; the message where the revision has one.

    Raises:
        ValueError: a number is infinite or none.
    """
    if not math.isfinite(done) or not math.isfinite(total or 0):
        raise ValueError("progress is told in finite numbers")
    params: dict[str, Any] = {"progressToken": token, "progress": done}
    if total is not None:
        params["total"] = total
    if message is not None and revision.progress_message:
        params["message"] = message
    return params
