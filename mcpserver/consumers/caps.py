"""How many requests of one sign-in, and of one person, may run at once in one process.

A request whose answer has become a stream holds no slot of the edge any more, and may stay for as long as its tool runs. It is
counted from its beginning on: by the time that it has a stream, it is too late to refuse it by an HTTP status.
"""

from collections import Counter

from mcpserver.protocol.errors import TooManyRequests
from oauth_bridge.principals import Principal

# A person may have a quarter of the edge's places (``EdgeConfig.max_mcp_requests``), one of their sign-ins not all of it.
MAX_PER_SIGN_IN = 96
MAX_PER_PERSON = 128

_running: Counter[str] = Counter()


def enter(principal: Principal) -> tuple[str, str]:
    """Count a request that begins, and return what ``leave`` takes.

    Raises:
        TooManyRequests: nothing was counted.
    """
    owners = (f"sign-in {principal.session_id}", f"person {principal.person_id}")
    if _running[owners[0]] >= MAX_PER_SIGN_IN or _running[owners[1]] >= MAX_PER_PERSON:
        raise TooManyRequests("Too many requests of this sign-in run at once. Wait for one to end.")
    for owner in owners:
        _running[owner] += 1
    return owners


def leave(owners: tuple[str, str]) -> None:
    """Count a request no longer."""
    for owner in owners:
        if _running[owner] <= 1:
            del _running[owner]
        else:
            _running[owner] -= 1
