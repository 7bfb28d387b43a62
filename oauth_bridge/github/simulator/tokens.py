"""The simulator's tokens: self-contained and signed, so that they outlive its restart; only revocations are in memory.

The key is public and fixed. That is right here and nowhere else: the tokens open invented data on a loopback address.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Literal

from wire import strict_json

DEVELOPMENT_KEY = b"GitHub simulator: development only, protects nothing"

Kind = Literal["gho", "ghr"]
_SIGNATURE_BYTES = 20  # 32 characters of base32, without padding
_SIGNATURE_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Token:
    """An access token (``gho``) or a refresh token (``ghr``). A pair issued together shares its ``nonce``.

    Times are integer microseconds since the epoch; ``expires_at`` is None for a token that does not expire.
    """

    kind: Kind
    person_id: int
    client_id: str
    scopes: frozenset[str]
    issued_at: int
    expires_at: int | None
    nonce: str


def seal(token: Token, *, key: bytes) -> str:
    """Return the token's text: prefix, payload and signature, letters and digits only."""
    fields = [token.person_id, token.client_id, sorted(token.scopes), token.issued_at, token.expires_at, token.nonce]
    payload = base64.b32encode(strict_json.dumps(fields)).decode().rstrip("=")
    return f"{token.kind}_{payload}{_sign(token.kind, payload, key)}"


def unseal(text: str, *, kind: Kind, key: bytes) -> Token | None:
    """Return what ``seal`` sealed; None for another kind, another key or any other text."""
    if not text.startswith(f"{kind}_"):
        return None
    sealed = text.removeprefix(f"{kind}_")
    payload, signature = sealed[:-_SIGNATURE_LENGTH], sealed[-_SIGNATURE_LENGTH:]
    if not hmac.compare_digest(signature.encode(), _sign(kind, payload, key).encode()):
        return None
    # The signature is right, so the payload is one of ours and cannot fail to parse.
    fields = strict_json.loads(base64.b32decode(payload + "=" * (-len(payload) % 8)))
    person_id, client_id, scopes, issued_at, expires_at, nonce = fields
    return Token(kind, person_id, client_id, frozenset(scopes), issued_at, expires_at, nonce)


def _sign(kind: str, payload: str, key: bytes) -> str:
    digest = hmac.new(key, f"{kind}.{payload}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_SIGNATURE_BYTES]).decode()


@dataclass(slots=True)
class Revocations:
    """What is dead before its time. Times are integer microseconds since the epoch."""

    _nonces: set[str] = field(default_factory=set)
    _grants: dict[tuple[int, str], int] = field(default_factory=dict)
    _people: dict[int, int] = field(default_factory=dict)

    def end(self, token: Token) -> None:
        """Kill a token and the other one of its pair: a refresh token works once and takes its access token along."""
        self._nonces.add(token.nonce)

    def end_grant(self, person_id: int, client_id: str, *, at: int) -> None:
        """Kill all that one client holds of one person."""
        self._grants[person_id, client_id] = at

    def end_person(self, person_id: int, *, at: int) -> None:
        """Kill all tokens of one person."""
        self._people[person_id] = at

    def hit(self, token: Token) -> bool:
        """Return whether the token has been killed."""
        ended_at = max(self._people.get(token.person_id, 0), self._grants.get((token.person_id, token.client_id), 0))
        return token.nonce in self._nonces or token.issued_at <= ended_at
