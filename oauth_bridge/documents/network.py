"""A connection to an address that was checked, and to no other, that is over by a set time.

The HTTP library is given this network instead of its own: it can look up no name, follow no redirect to another host and
wait for no slow server longer than the whole fetch may take.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore2


def resolve(host: str, timeout_seconds: float) -> list[str]:
    """Return every address of a host, IPv4 first; none if it has none, or if the resolver takes longer."""
    answer: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    # The system's resolver knows no timeout: a thread waits for it, and may be left behind.
    threading.Thread(target=lambda: answer.put(_addresses(host)), name="resolve", daemon=True).start()
    try:
        return answer.get(timeout=max(timeout_seconds, 0))
    except queue.Empty:
        return []


class PinnedNetwork(httpcore2.NetworkBackend):
    """Connects to the given addresses whatever name it is asked for. ``deadline`` is in seconds of the monotonic clock."""

    def __init__(self, addresses: Sequence[str], *, port: int, deadline: float) -> None:
        self._addresses = addresses
        self._port = port
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002  the name is for TLS and the Host header alone
        port: int,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002  the deadline is the only clock
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Return a connection to the first address that answers."""
        failure: Exception = httpcore2.ConnectError("no address")
        for tried, address in enumerate(self._addresses):
            # Not all the time for the first: a network without IPv6 must not use it up.
            share = _left(self._deadline) / (len(self._addresses) - tried)
            try:
                stream = httpcore2.SyncBackend().connect_tcp(address, self._port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every wait ends at the deadline. The library's own timeouts start anew with each byte."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the time for the whole fetch is over")
    return left


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    ordered = sorted(found, key=lambda each: each[0] != socket.AF_INET)
    return list(dict.fromkeys(str(each[4][0]) for each in ordered))
