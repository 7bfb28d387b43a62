"""Requests over kept-alive connections, as fast as they are answered. Shares the machine with the server that it measures."""

import asyncio
import json
import statistics
import time
from dataclasses import dataclass
from itertools import count
from typing import Any

_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
CALL = {"name": "calculate", "arguments": {"operation": "add", "a": 1, "b": 2}}


@dataclass(frozen=True, slots=True)
class Target:
    """Where, by whom, and in which era's form."""

    port: int
    token: str
    is_modern: bool

    def request(self, method: str, params: dict[str, Any], number: int) -> bytes:
        """Return the bytes of one POST."""
        headers = {"MCP-Protocol-Version": "2025-11-25"}
        if self.is_modern:
            params = {**params, "_meta": _META}
            headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
            if "name" in params:
                headers["Mcp-Name"] = params["name"]
        body = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()
        headers |= {
            "Host": f"localhost:{self.port}",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Content-Length": str(len(body)),
        }
        lines = [b"POST /mcp HTTP/1.1", *(f"{name}: {value}".encode() for name, value in headers.items())]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass(frozen=True, slots=True)
class Measured:
    """One workload's figures. ``failed`` counts answers that are not 200 or hold an error."""

    per_second: float
    median_ms: float
    p99_ms: float
    failed: int


async def measure(target: Target, method: str, params: dict[str, Any], *, connections: int, seconds: float) -> Measured:
    """Ask on so many connections for so long."""
    numbers, took, failed = count(1), list[float](), list[int]()
    until = time.perf_counter() + seconds

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        try:
            while (began := time.perf_counter()) < until:
                writer.write(target.request(method, params, next(numbers)))
                status, body = await _answer(reader)
                took.append(time.perf_counter() - began)
                if status != 200 or b'"error"' in body:
                    failed.append(status)
        finally:
            writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(connections)))
    elapsed = time.perf_counter() - began
    cuts = statistics.quantiles(took, n=100) if len(took) > 1 else [0.0] * 99
    return Measured(round(len(took) / elapsed), round(cuts[49] * 1000, 2), round(cuts[98] * 1000, 2), len(failed))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    return int(head[9:12]), await reader.readexactly(int(length or 0))
