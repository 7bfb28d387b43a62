"""One of several worker processes, as ``workers.py`` starts it.

python -m mcpserver.serving.worker SERVER LISTENER_FD LIFELINE_FD
"""

import os
import signal
import socket
import sys
import threading

import django

from mcpserver.env import ConfigurationError
from mcpserver.serving.refusal import EXIT_CANNOT_START


def main(server: str, listener_fd: int, lifeline_fd: int) -> int:
    """Serve on the inherited socket; return the exit status.

    ``lifeline_fd`` is the reading end of a pipe that only the parent holds open.
    """
    threading.Thread(target=_end_with_parent, args=(lifeline_fd,), name="lifeline", daemon=True).start()
    try:
        django.setup()
    except ConfigurationError as error:
        sys.stderr.write(f"gatehouse: {error}\n")
        return EXIT_CANNOT_START
    from mcpserver.serving import running

    running.serve_project(server, running.load_application(), socket.socket(fileno=listener_fd))
    return 0


def _end_with_parent(lifeline_fd: int) -> None:
    # Nothing is ever written: reading returns when the last holder of the other end is gone, however it went.
    os.read(lifeline_fd, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
