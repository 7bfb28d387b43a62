"""The resolver: every address, and never longer than it may take."""

import socket
import threading
import time

import pytest

from oauth_bridge.documents import network

V4 = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
V6 = (socket.AF_INET6, socket.SOCK_STREAM, 6, "")


def test_every_address_is_returned_once_and_ipv4_first(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (*V6, ("2606:4700::1", 443, 0, 0)),
        (*V4, ("93.184.216.34", 443)),
        (*V4, ("93.184.216.34", 443)),
        (*V6, ("fe80::1%eth0", 443, 0, 2)),
        (*V4, ("10.0.0.1", 443)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert network.resolve("client.example", 1) == ["93.184.216.34", "10.0.0.1", "2606:4700::1", "fe80::1%eth0"]


@pytest.mark.parametrize("error", [socket.gaierror("unknown"), OSError("down"), UnicodeError("label too long")])
def test_a_name_that_is_not_found_has_no_address(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert network.resolve("client.example", 1) == []


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    before = time.monotonic()
    assert network.resolve("client.example", 0.1) == []
    assert time.monotonic() - before < 2
    released.set()
