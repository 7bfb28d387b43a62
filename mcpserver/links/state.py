"""``requestState``: sealed under ``ENCRYPTION_KEYS``, so that the client carries what it can neither read nor change."""

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

from mcpserver.protocol import input_required
from mcpserver.protocol.input_required import Binding, State
from oauth_bridge import sealing
from oauth_bridge.principals import Principal


def binding(principal: Principal, method: str, name: str, arguments: Mapping[str, Any]) -> Binding:
    """Return what a state of this request belongs to. The order of an object's members makes no difference."""
    digest = hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()
    return Binding(principal.github_id, principal.client_id, method, name, digest)


def seal(state: State, binding: Binding) -> str:
    """Return what the client gets.

    Raises:
        InvalidParams: it would be larger than ``input_required.MAX_STATE_CHARACTERS``.
    """
    text = input_required.encode(state, binding, expires_at=time.time() + input_required.LIFETIME_SECONDS)
    sealed = sealing.seal(text).decode()
    if len(sealed) > input_required.MAX_STATE_CHARACTERS:
        raise input_required.state_too_large()
    return sealed


def unseal(sealed: str, binding: Binding) -> State:
    """Return what a state keeps.

    Raises:
        InvalidParams: it was not sealed here, or is another's, of another request, or too old.
    """
    if len(sealed) > input_required.MAX_STATE_CHARACTERS or not _is_canonical(sealed):
        raise input_required.invalid_state()
    try:
        text = sealing.unseal(sealed.encode())
    except sealing.Unsealable:
        raise input_required.invalid_state() from None
    return input_required.decode(text, binding, now=time.time())


def _is_canonical(sealed: str) -> bool:
    """Return whether a text is base64 as it was written: Fernet reads over what is appended, which is a change all the same."""
    try:
        return base64.urlsafe_b64encode(base64.urlsafe_b64decode(sealed)).decode() == sealed
    except ValueError:
        return False
