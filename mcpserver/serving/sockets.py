"""The listening socket: bound once, before anything else may fail, and handed to whichever server runs."""

import errno
import socket

from mcpserver.serving.refusal import CannotStart

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket.

    Raises:
        CannotStart: the port is in use or reserved, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotStart(f"{host} is not an address to listen on: choose another with --host.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotStart(_reason(error, host, port)) from error
    listener.settimeout(0)
    return listener


def _reason(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            other = port + 1 if port < 65535 else 8000
            return f"port {port} is in use: stop the program that uses it, or choose another port, for example PORT={other}."
        case errno.EACCES | errno.EPERM:
            return f"port {port} needs rights that this user lacks: choose one above 1023, for example PORT=8000."
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine: choose another with --host."
        case _:
            return f"cannot listen on {host} port {port}: {error.strerror}."
