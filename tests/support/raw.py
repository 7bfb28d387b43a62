"""HTTP below a client library: bytes as they are, which no honest client would send."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.support.processes import read_to_end


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back, unparsed but for the status."""

    status: int
    head: str
    body: str


def ask(url: str, method: str, target: bytes, *, headers: tuple[str, ...] = (), body: bytes | None = None) -> RawAnswer:
    """Send one request whose target and body are given as bytes, and return the whole answer."""
    parts = urlsplit(url)
    lines = [f"Host: {parts.netloc}", "Connection: close", *headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    head = method.encode() + b" " + target + b" HTTP/1.1\r\n" + "\r\n".join((*lines, "", "")).encode("latin-1")
    with socket.create_connection(("127.0.0.1", parts.port or 80), timeout=20) as connection:
        connection.sendall(head + (body or b""))
        answer = read_to_end(connection)
    top, _, rest = answer.partition(b"\r\n\r\n")
    return RawAnswer(int(top.split()[1]), top.decode("latin-1"), rest.decode("utf-8", "replace"))
