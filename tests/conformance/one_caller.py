"""The application as somebody in front of it would use it who has signed in: a request without a token gets theirs.

For clients that cannot sign in, on a server that only tests start. All the rest is as in production.
"""

import os
from pathlib import Path

from mcpserver.asgi import application as gatehouse
from mcpserver.edge.types import Receive, Scope, Send

_file = Path(os.environ["CONFORMANCE_TOKEN_FILE"])


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection."""
    if scope["type"] == "http" and not any(name.lower() == b"authorization" for name, _ in scope["headers"]) and _file.exists():
        scope = {**scope, "headers": [*scope["headers"], (b"authorization", b"Bearer " + _file.read_bytes())]}
    await gatehouse(scope, receive, send)
