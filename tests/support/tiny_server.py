"""A small application behind the real wrapper, on the real servers.

python -m tests.support.tiny_server SERVER PORT GRACE_SECONDS
"""

import asyncio
import itertools
import logging.config
import sys

from mcpserver import logs
from mcpserver.edge import Edge, EdgeConfig
from mcpserver.edge.types import Receive, Scope, Send
from mcpserver.serving import drain, running, sockets

CHUNK = bytes(65_536)
ENDLESS = 2_000
_written = {"bytes": 0}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    match scope["path"]:
        case "/echo":
            await _answer(send, b"%d" % len(await _body(receive)))
        case "/hold":
            await drain.wait()
            await asyncio.sleep(0.3)
            await _answer(send, b"finished")
        case "/never":
            await asyncio.Event().wait()
        case "/stream":
            await _stream(send)
        case "/big":
            await _big(send)
        case "/written":
            await _answer(send, b"%d" % _written["bytes"])
        case "/half":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
            await send({"type": "http.response.body", "body": b"12345", "more_body": True})
        case _:
            await _answer(send, scope["root_path"].encode() + b"hello")


async def _answer(send: Send, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def _body(receive: Receive) -> bytes:
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message.get("more_body"):
            break
    return body


async def _stream(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
    await drain.wait()
    await send({"type": "http.response.body", "body": b"data: goodbye\n\n"})


async def _big(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in itertools.repeat(None, ENDLESS):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
        _written["bytes"] += len(CHUNK)
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    logging.config.dictConfig(logs.config(debug=False))
    port = int(sys.argv[2])
    edge = Edge(app, config=EdgeConfig(public_url=f"http://localhost:{port}", debug=True))
    running.serve(sys.argv[1], edge, sockets.listen("127.0.0.1", port), grace_seconds=int(sys.argv[3]))
