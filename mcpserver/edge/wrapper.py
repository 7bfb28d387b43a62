"""The ASGI application around everything: decides what may pass, and completes every answer."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from mcpserver.edge import access_log, cors, rules
from mcpserver.edge.config import EdgeConfig
from mcpserver.edge.exchange import Exchange, Frame
from mcpserver.edge.forwarded import Caller, caller_of
from mcpserver.edge.head import Head, read_head
from mcpserver.edge.response_headers import default_headers
from mcpserver.edge.rules import Refusal
from mcpserver.edge.slots import Slots
from mcpserver.edge.types import App, Receive, Scope, Send
from mcpserver.edge.zones import Zone, zone_of
from wire import request_id as request_ids
from wire.caller import address as caller_address

_log = logging.getLogger("gatehouse.edge")

# Called once when the server stops, on its loop: what is pooled there is closed.
Closing = Callable[[], Awaitable[None]]


class Edge:
    """Wraps ``app``; serves HTTP, answers lifespan by itself, refuses WebSockets. Adds neither task nor thread."""

    def __init__(self, app: App, *, config: EdgeConfig, closing: Closing | None = None) -> None:
        self._app, self._config, self._closing = app, config, closing
        self._hosts = config.hosts
        self._defaults = {zone: default_headers(zone, https=config.is_https) for zone in Zone}
        pages = Slots(config.max_page_requests)
        self._slots = {Zone.MCP: Slots(config.max_mcp_requests), Zone.OPEN: pages, Zone.PAGE: pages}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of any kind (ASGI 3)."""
        match scope["type"]:
            case "http":
                await self._serve(scope, receive, send)
            case "lifespan":
                await _answer_lifespan(receive, send, self._closing)
            case "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1000})
            case kind:
                raise ValueError(f"no such ASGI scope: {kind}")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        zone, head = zone_of(scope["path"]), read_head(scope["headers"])
        peer: tuple[Any, ...] = scope.get("client") or ("", 0)
        caller = caller_of(str(peer[0]), head, self._config.trusted_proxies)
        request_id = caller.request_id or secrets.token_hex(8)
        token, address_token = request_ids.current.set(request_id), caller_address.set(caller.address)
        exchange = Exchange(self._frame(zone, head, request_id), receive, send)
        try:
            if refusal := self._refusal(scope, zone, head):
                await exchange.refuse(refusal)
            elif cors.is_preflight(scope["method"], head, zone):
                await exchange.answer(204, cors.preflight_headers(head, zone), b"")
            else:
                await self._admit(self._app_scope(scope, head, caller, request_id), zone, exchange)
        finally:
            access_log.write(
                zone,
                method=scope["method"],
                path=scope["path"],
                status=exchange.status or access_log.CLIENT_LEFT,
                sent_bytes=exchange.sent_bytes,
                seconds=time.perf_counter() - began,
                client=caller.address,
                user_agent=head.text(b"user-agent"),
            )
            request_ids.current.reset(token)
            caller_address.reset(address_token)

    def _frame(self, zone: Zone, head: Head, request_id: str) -> Frame:
        origin = head.values.get(b"origin")
        allowed = origin if origin and zone is Zone.MCP and rules.is_allowed_origin(origin, self._config) else None
        added = ((b"x-request-id", request_id.encode()), *cors.cors_headers(zone, allowed))
        return Frame(zone, head, request_id, self._defaults[zone], added, self._config.max_body_bytes)

    def _refusal(self, scope: Scope, zone: Zone, head: Head) -> Refusal | None:
        if head.fault:
            return rules.bad_request(head.fault, head.fault_status)
        return (
            rules.refused_target(scope["path"], scope["query_string"])
            or rules.refused_host(head, zone, self._config, self._hosts)
            or rules.refused_origin(head, zone, self._config)
            or rules.refused_length(head.values, self._config.max_body_bytes)
        )

    @staticmethod
    def _app_scope(scope: Scope, head: Head, caller: Caller, request_id: str) -> Scope:
        peer = scope.get("client") or ("", 0)
        client = (caller.address, peer[1] if caller.address == peer[0] else 0)
        return {
            **scope,
            "headers": head.headers,
            "client": client,
            "scheme": caller.scheme or scope.get("scheme", "http"),
            # daphne lets a request's header set it, and routes would be cut by it after the zone was chosen.
            "root_path": "",
            "request_id": request_id,
            # Before it waits for a thread: a replay is told from a race by who was here first.
            "received_at": time.time(),
        }

    async def _admit(self, scope: Scope, zone: Zone, exchange: Exchange) -> None:
        slots = self._slots.get(zone)
        if slots is not None and not slots.enter():
            await exchange.refuse(rules.BUSY)
            return
        exchange.slots = slots
        try:
            await self._run(scope, exchange)
        finally:
            exchange.release()

    async def _run(self, scope: Scope, exchange: Exchange) -> None:
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception:  # noqa: BLE001 - whatever it is, the client hears a reference and the log has the traceback
            _log.exception("unhandled exception")
        else:
            if exchange.finished or exchange.gone:
                return
            if exchange.status:
                # A stream may be cut on purpose, from a reader that does not read.
                if not exchange.is_stream:
                    _log.error("the application returned without completing its answer")
                return
            _log.error("the application returned without an answer")
        if not exchange.status:
            await exchange.refuse(rules.INTERNAL)


async def _answer_lifespan(receive: Receive, send: Send, closing: Closing | None) -> None:
    """Tell the server that start and stop are complete (asgi.readthedocs.io, specs/lifespan)."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown" and closing is not None:
            await closing()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
