"""What may happen once: above all what a person said yes to, for a client may send their answer again."""

import secrets

from django.core.cache import cache

from tools.context import ToolContext

# Longer than a client may take to come back with an answer (ten minutes).
LIFETIME_SECONDS = 900


def handle(context: ToolContext) -> str:
    """Return a name for this call that stays the same in its further rounds. To be asked for before the first question."""
    known = context.remembered
    name = known if isinstance(known, str) else secrets.token_urlsafe(16)
    context.remember(name)
    return name


async def take(name: str) -> bool:
    """Return whether a handle is taken for the first time, by any process: one statement decides, however many ask at once."""
    return bool(await cache.aadd(f"once:{name}", 1, timeout=LIFETIME_SECONDS))
