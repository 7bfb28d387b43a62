"""Requests that are under way together for certain: their heads have arrived, and each waits for its last byte."""

import json
import select
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.support.processes import read_to_end


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its status, where it leads, and its JSON body. Status 0: the connection broke without one."""

    status: int
    body: dict[str, Any]
    location: str = ""


Posting = tuple[str, Mapping[str, str]]


class Request:
    """One form under way to a server, its last byte held back."""

    def __init__(self, url: str, posting: Posting, *, port: int | None = None, **headers: str) -> None:
        path, form = posting
        parts, body = urlsplit(url), urlencode(form).encode()
        fields = {
            "Host": parts.netloc,
            "Connection": "close",
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
        self._last = body[-1:]
        self._connection = socket.create_connection(("127.0.0.1", port or parts.port or 80), timeout=30)
        self._connection.sendall(head.encode() + body[:-1])

    def complete(self) -> None:
        """Send the last byte."""
        self._connection.sendall(self._last)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def is_answered(self) -> bool:
        """Return whether the answer has begun, or the connection has broken."""
        return bool(select.select([self._connection], [], [], 0)[0])

    def answer(self) -> Answer:
        """Return what comes back."""
        with self._connection:
            try:
                head, _, body = read_to_end(self._connection).partition(b"\r\n\r\n")
            except ConnectionResetError:
                return Answer(0, {})
        if not head:
            return Answer(0, {})
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        is_json = headers.get("content-type", "").startswith("application/json")
        return Answer(int(first.split()[1]), json.loads(body) if is_json else {}, headers.get("location", ""))


def post_together(
    url: str, postings: Sequence[Posting], *, ports: Sequence[int] = (), headers: Mapping[str, str] | None = None
) -> list[Answer]:
    """Post each form to its path such that none is answered before all have arrived; return the answers in their order.

    With ``ports``, they go to the servers at these in turn. ``headers`` are sent with each.
    """
    doors = ports or [urlsplit(url).port or 80]
    requests = [
        Request(url, posting, port=doors[number % len(doors)], **(headers or {})) for number, posting in enumerate(postings)
    ]
    for port in doors:
        _wait_for_heads(url, port)
    for request in requests:
        request.complete()
    return [request.answer() for request in requests]


def _wait_for_heads(url: str, port: int) -> None:
    """Return once the server has begun with what was sent before: this is answered behind it."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"GET /health HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nConnection: close\r\n\r\n".encode())
        assert read_to_end(connection).split()[1] == b"200"
