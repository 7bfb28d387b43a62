"""The bell between processes: one message in the channel layer says that there are notes to read, and nothing of them.

Without Redis there is one process, and nobody to ring for.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

_GROUP = "notes"
_PATIENCE_SECONDS = 2.0
_AGAIN_SECONDS = 1.0

logger = logging.getLogger(__name__)

_ringing: set[asyncio.Task[None]] = set()


def ring() -> None:
    """Ring, from an event loop or a thread, and do not wait for it in a loop. A bell that cannot be rung is only logged."""
    if not settings.REDIS_URL:
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        async_to_sync(_ring)()
        return
    task = loop.create_task(_ring())
    _ringing.add(task)
    task.add_done_callback(_ringing.discard)


async def listen(heard: Callable[[], None]) -> None:
    """Call ``heard`` at each bell, until cancelled."""
    if not settings.REDIS_URL:
        return
    layer: Any = get_channel_layer()
    while True:
        try:
            channel = await layer.new_channel()
            await layer.group_add(_GROUP, channel)
            while True:
                await layer.receive(channel)
                heard()
        except Exception as error:  # noqa: BLE001  whatever Redis' client raises: the notes are read without a bell as well
            logger.warning("the channel layer does not answer: %s", type(error).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)


async def _ring() -> None:
    layer: Any = get_channel_layer()
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await layer.group_send(_GROUP, {"type": "bell"})
    except Exception as error:  # noqa: BLE001
        logger.warning("the channel layer does not answer: %s", type(error).__name__)
