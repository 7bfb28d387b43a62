"""The head of a request, read once and cleaned. Pure: header pairs in, a value out."""

import re
from collections.abc import Iterable

from mcpserver.edge.types import Header
from wire import values

MAX_HEAD_BYTES = 65_536
MAX_HEADERS = 100

# RFC 9110 §5.5 leaves only the horizontal tab of the control characters.
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

# Each decides something, and readers differ in which of two they would take. Those that repeat the body of an MCP request are
# compared where that is read (``mcpserver.protocol.headers``), and have an error of their own.
_SINGLE = frozenset(
    {
        b"authorization",
        b"content-length",
        b"content-type",
        b"host",
        b"last-event-id",
        b"mcp-session-id",
        b"origin",
    }
)

# A proxy's word is judged here and nowhere behind, so nobody behind can take a stranger's word for a proxy's.
_KEPT_FROM_THE_APP = frozenset(
    {
        b"daphne-root-path",
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-proto",
        b"x-forwarded-server",
        b"x-real-ip",
        b"x-request-id",
    }
)


@values.value
class Head:
    """``headers`` is what the app gets; ``values`` maps each lower-case name to its value, repeated ones joined by commas.

    ``fault`` says in words that may be shown what makes the head unacceptable, with ``fault_status`` for it.
    """

    headers: list[Header]
    values: dict[bytes, bytes]
    fault: str | None = None
    fault_status: int = 400

    def text(self, name: bytes) -> str:
        """Return a header's value, or an empty text."""
        return self.values.get(name, b"").decode("latin-1")


def read_head(headers: Iterable[Header]) -> Head:
    """Return the head without names that hold ``_`` (CGI-style readers take them for ``-``) and without a proxy's headers."""
    kept: list[Header] = []
    values: dict[bytes, bytes] = {}
    fault = None
    count = 0
    for name, value in headers:
        count += 1
        if b"_" in name:
            continue
        name = name.lower()  # noqa: PLW2901 - the ASGI text promises lower case, tests and odd servers forget
        if name in values:
            if name in _SINGLE:
                fault = f"the header {name.decode('ascii')} is repeated"
            values[name] += b", " + value
        else:
            values[name] = value
        if name not in _KEPT_FROM_THE_APP:
            kept.append((name, value))
    text = b" ".join((*values, *values.values()))
    if count > MAX_HEADERS or len(text) > MAX_HEAD_BYTES:
        return Head(kept, values, "the headers are too large", 431)
    if _CONTROL_BYTE.search(text):
        fault = "a header holds a control character"
    return Head(kept, values, fault)
