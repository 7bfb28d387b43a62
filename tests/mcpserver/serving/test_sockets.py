import errno
import os
import socket

import pytest

from mcpserver.serving import sockets
from mcpserver.serving.refusal import CannotStart
from tests.support.ports import free_port


def test_a_free_port_is_listened_on() -> None:
    port = free_port()
    with sockets.listen("127.0.0.1", port) as listener:
        assert listener.getsockname() == ("127.0.0.1", port)
        socket.create_connection(("127.0.0.1", port), 5).close()


def test_a_port_in_use_is_named_together_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"^port {port} is in use: .*PORT="):
            sockets.listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1 is not an address of this machine"):
        sockets.listen("192.0.2.1", free_port())


def test_a_name_that_is_no_address_is_refused() -> None:
    with pytest.raises(CannotStart, match="not an address to listen on"):
        sockets.listen("no.such.host.invalid", 8000)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (errno.EACCES, "port 80 needs rights"),
        (errno.EPERM, "port 80 needs rights"),
        (errno.ENOBUFS, "cannot listen on 127.0.0.1 port 80"),
    ],
)
def test_other_reasons_are_told_in_one_line(monkeypatch: pytest.MonkeyPatch, number: int, text: str) -> None:
    class Refusing(socket.socket):
        def bind(self, _address: object) -> None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "socket", Refusing)
    with pytest.raises(CannotStart, match=text) as caught:
        sockets.listen("127.0.0.1", 80)
    assert "\n" not in str(caught.value)


def test_the_last_port_has_no_next_one() -> None:
    assert "PORT=8000" in sockets._reason(OSError(errno.EADDRINUSE, ""), "127.0.0.1", 65535)
