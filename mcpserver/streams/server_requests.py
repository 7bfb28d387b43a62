"""Requests to clients of the handshake era, and the way of their answers back to whoever asked, in whichever process it waits.

An id says nothing to anybody else and fits its own transport session alone; what is posted under another id is dropped before
it costs more than a hash.
"""

import asyncio
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from django.utils.crypto import salted_hmac

from mcpserver.outgoing import ClientError
from mcpserver.protocol import jsonrpc
from mcpserver.protocol.jsonrpc import Response
from mcpserver.streams import bus
from oauth_bridge import sealing

NOTE = "answer"
_PATIENCE_SECONDS = 2.0
_MAX_MESSAGE = 500
# As JSON. A note is read whole by every process, many of them at once.
MAX_ANSWER_BYTES = 262_144
MAX_PUBLISHED = 10_000

# Writes one message to the client, on the stream of the call that asks.
Write = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    session_key: str
    answer: "asyncio.Future[Response]"


_waiting: dict[str, _Waiting] = {}
# Ids of answers that were sent on from here, oldest first: only the first one counts, and each costs every process a note.
_published: dict[str, None] = {}
_listening: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


async def ask(
    session_key: str, method: str, params: Mapping[str, Any], *, timeout_seconds: float, write: Write
) -> dict[str, Any]:
    """Send a request to the client of a transport session and return its result.

    When the wait ends without an answer the client is told that it need not answer any more (MCP 2025-11-25 basic/lifecycle,
    Timeouts).

    Raises:
        ClientError: the client answered with an error, or not in time.
    """
    await _listen()
    request_id = _new_id(session_key)
    answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
    _waiting[request_id] = _Waiting(session_key, answer)
    try:
        await write(jsonrpc.encode_request(request_id, method, params))
        async with asyncio.timeout(timeout_seconds):
            response = await answer
    except TimeoutError:
        await _take_back(request_id, "Nobody waits for the answer any longer.", write)
        raise ClientError("The client did not answer in time.") from None
    except asyncio.CancelledError:
        await _take_back(request_id, "The call that asked has ended.", write)
        raise
    finally:
        del _waiting[request_id]
    if response.is_error:
        raise _error(response.content)
    return dict(response.content)


async def deliver(session_key: str, response: Response) -> None:
    """Hand an answer that was posted in a transport session to whoever waits for it; drop it if nobody does.

    One of more than ``MAX_ANSWER_BYTES`` becomes an error: whoever waits need not wait any longer.
    """
    request_id = response.id
    if not isinstance(request_id, str) or not _is_ours(request_id, session_key) or request_id in _published:
        return
    text = _encode(response)
    if len(text) > MAX_ANSWER_BYTES:
        response = Response(request_id, is_error=True, content={"message": "The client's answer is too large."})
        text = _encode(response)
    if request_id in _waiting:
        _resolve(session_key, request_id, response)
        return
    _published[request_id] = None
    if len(_published) > MAX_PUBLISHED:
        del _published[next(iter(_published))]
    try:
        # Sealed: what a person answered is nobody else's to read in the table.
        sealed = (await asyncio.to_thread(sealing.seal, text)).decode()
        await bus.publish(NOTE, "", {"session": session_key, "id": request_id, "sealed": sealed})
    except BaseException:
        # It may be posted again.
        _published.pop(request_id, None)
        raise


def _encode(response: Response) -> str:
    """Return what a note holds of an answer: ASCII."""
    return json.dumps({"is_error": response.is_error, "content": response.content})


def _hear(payload: dict[str, Any]) -> None:
    if payload["id"] not in _waiting:
        return
    with suppress(sealing.Unsealable):
        answer = json.loads(sealing.unseal(payload["sealed"].encode()))
        response = Response(payload["id"], is_error=answer["is_error"], content=answer["content"])
        _resolve(payload["session"], payload["id"], response)


def _resolve(session_key: str, request_id: str, response: Response) -> None:
    waiting = _waiting.get(request_id)
    # The first answer counts; a second one changes nothing.
    if waiting is not None and waiting.session_key == session_key and not waiting.answer.done():
        waiting.answer.set_result(response)


async def _listen() -> None:
    loop = asyncio.get_running_loop()
    if loop not in _listening:
        _listening.add(loop)
        bus.subscribe(NOTE, "", _hear)
        with suppress(TimeoutError):
            await asyncio.wait_for(bus.ready(), _PATIENCE_SECONDS)


async def _take_back(request_id: str, reason: str, write: Write) -> None:
    params = {"requestId": request_id, "reason": reason}
    # Not for long: the reader may be the one who is slow, and the caller has somewhere to go.
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await write(jsonrpc.encode_notification("notifications/cancelled", params))


def _error(content: Mapping[str, Any]) -> ClientError:
    code, message = content.get("code"), content.get("message")
    text = message[:_MAX_MESSAGE] if isinstance(message, str) else "The client answered with an error."
    return ClientError(text, code if type(code) is int else None)


def _new_id(session_key: str) -> str:
    own = secrets.token_urlsafe(12)
    return f"{own}.{_mac(own, session_key)}"


def _is_ours(request_id: str, session_key: str) -> bool:
    own, _, mac = request_id.partition(".")
    return hmac.compare_digest(mac.encode(), _mac(own, session_key).encode())


def _mac(own: str, session_key: str) -> str:
    return salted_hmac("mcpserver.server_requests", f"{session_key}:{own}", algorithm="sha256").hexdigest()[:24]
