"""JSON objects at rest: what a person asked, answered and got is theirs."""

from collections.abc import Mapping
from typing import Any

from oauth_bridge import sealing
from wire import strict_json

# Above all that is ever stored: a body (1 MB) of answers, results of ``tools.sizes.MAX_RESULT_CHARACTERS`` twice.
_MAX_BYTES = 8_000_000


def seal(value: Mapping[str, Any]) -> bytes:
    """Return the object, sealed."""
    return sealing.seal(strict_json.dumps(dict(value)).decode())


def unseal(stored: bytes | memoryview | None) -> dict[str, Any]:
    """Return the object again; nothing stored is an empty one.

    Raises:
        oauth_bridge.sealing.Unsealable: no key fits.
    """
    if stored is None:
        return {}
    value: dict[str, Any] = strict_json.loads(sealing.unseal(bytes(stored)).encode(), max_bytes=_MAX_BYTES, max_depth=128)
    return value
