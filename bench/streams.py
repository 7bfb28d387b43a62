"""Many subscriptions at once: what each costs in memory, and how long it takes until all are told of one change."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.load import Target

_PARAMS = {"notifications": {"toolsListChanged": True}}
_TOLD = b"notifications/tools/list_changed"


@dataclass(frozen=True, slots=True)
class Told:
    """``fan_out_ms`` is from the first stream that heard to the last one."""

    opened: int
    kib_each: float
    fan_out_ms: float


async def measure(
    target: Target, tokens: Sequence[str], *, each: int, change: Callable[[], object], memory_kib: Callable[[], int]
) -> Told:
    """Open ``each`` subscriptions a token, change something, and wait until all have heard."""
    before = memory_kib()
    streams = [await _opened(replace(target, token=token)) for token in tokens for _ in range(each)]
    after = memory_kib()
    hearing = asyncio.gather(*(_heard(reader) for reader, _ in streams))
    await asyncio.to_thread(change)
    moments = await asyncio.wait_for(hearing, 60)
    for _, writer in streams:
        writer.close()
    return Told(len(streams), round((after - before) / len(streams), 1), round((max(moments) - min(moments)) * 1000, 1))


async def _opened(target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    writer.write(target.request("subscriptions/listen", _PARAMS, 1))
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"no subscription: {head!r} {await reader.read(300)!r}")
    await reader.readuntil(b"\n\n")
    return reader, writer


async def _heard(reader: asyncio.StreamReader) -> float:
    while _TOLD not in await reader.readuntil(b"\n\n"):
        pass
    return time.perf_counter()
