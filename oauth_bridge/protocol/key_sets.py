"""Public keys of clients (RFC 7517): what of a key set can be used to check a signature, and nothing else of it."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from oauth_bridge.protocol import client_urls
from wire import strict_json

MAX_KEYS = 20
MAX_KEY_ID_LENGTH = 255

_PRINTABLE = re.compile(r"[ -~]+")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+=*")
# By key type, and curve where there is one: what may be signed with it (RFC 7518 §3.1, RFC 8037 §3.1).
_ALGORITHMS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("RSA", ""): ("RS256", "PS256"),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
ALGORITHMS = tuple(name for names in _ALGORITHMS.values() for name in names)
# In the order of RFC 7638 §3.2, so that a thumbprint is the standard's.
_PUBLIC_MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_RSA_BITS = range(2048, 4097)

Key = dict[str, str]


class InvalidKeySet(ValueError):
    """There is no usable key in it. The message is safe to show."""


class PrivateKeyShown(InvalidKeySet):
    """A private or shared key was sent along: whoever has seen it can sign."""


def parse(value: Any) -> tuple[Key, ...]:
    """Return the usable public keys, each reduced to its public members, ``kid`` and ``alg``.

    Keys of other types and uses are left out: a set may hold more than we understand (RFC 7517 §5).

    Raises:
        InvalidKeySet: the wrong shape, too many keys, or none that is usable.
        PrivateKeyShown: a member that only a private or shared key has.
    """
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise InvalidKeySet("The key set must be an object with a list of keys.")
    if any(_PRIVATE_MEMBERS & key.keys() or key.get("kty") == "oct" for key in keys):
        raise PrivateKeyShown("The key set shows a private or shared key.")
    if len(keys) > MAX_KEYS:
        raise InvalidKeySet(f"At most {MAX_KEYS} keys are accepted.")
    usable = tuple(reduced for key in keys if (reduced := _reduced(key)))
    if not usable:
        raise InvalidKeySet("No key of the set is usable: RSA of 2048 to 4096 bits, EC P-256 or Ed25519, for signatures.")
    return usable


def of_client(metadata: Mapping[str, Any]) -> tuple[tuple[Key, ...], str]:
    """Return a client's keys as it registers them: inline ones, or where they are (RFC 7591 §2: never both).

    Raises:
        InvalidKeySet: both, neither, or one that cannot be used.
        PrivateKeyShown: as :func:`parse`.
    """
    inline, address = metadata.get("jwks"), metadata.get("jwks_uri")
    if inline is not None and address is not None:
        raise InvalidKeySet("jwks and jwks_uri exclude each other.")
    if inline is not None:
        return parse(inline), ""
    if not isinstance(address, str) or not client_urls.is_fetchable(address):
        raise InvalidKeySet("private_key_jwt needs jwks, or a jwks_uri that is an https URL with a path.")
    return (), address


def candidates(keys: Sequence[Key], *, algorithm: str, key_id: str | None) -> list[Key]:
    """Return the keys that a signature may be checked with. A named key must be there by its name."""
    return [
        key
        for key in keys
        if algorithm in algorithms(key)
        and key.get("alg", algorithm) == algorithm
        and (key_id is None or key.get("kid") == key_id)
    ]


def algorithms(key: Key) -> tuple[str, ...]:
    """Return what can be signed with a key of this type and curve."""
    return _ALGORITHMS.get((key["kty"], key.get("crv", "")), ())


def thumbprints(keys: Iterable[Key]) -> list[str]:
    """Return the keys' thumbprints (RFC 7638), sorted: what an operator is shown of a key."""
    return sorted(_thumbprint(key) for key in keys)


def _thumbprint(key: Key) -> str:
    digest = hashlib.sha256(strict_json.dumps({name: key[name] for name in _PUBLIC_MEMBERS[key["kty"]]})).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _reduced(key: dict[str, Any]) -> Key | None:
    members = _PUBLIC_MEMBERS.get(key["kty"]) if isinstance(key.get("kty"), str) else None
    if members is None or not all(isinstance(key.get(name), str) for name in members) or not _is_for_signatures(key):
        return None
    if not all(_BASE64URL.fullmatch(key[name]) for name in members if name not in {"kty", "crv"}):
        return None
    reduced = {name: key[name] for name in members}
    for name in ("kid", "alg"):
        # Printable ASCII alone: a NUL is more than a PostgreSQL database can hold.
        if isinstance(key.get(name), str) and len(key[name]) <= MAX_KEY_ID_LENGTH and _PRINTABLE.fullmatch(key[name]):
            reduced[name] = key[name]
    return reduced if algorithms(reduced) and _is_sound(reduced) else None


def _is_for_signatures(key: dict[str, Any]) -> bool:
    operations = key.get("key_ops")
    return key.get("use") in (None, "sig") and (operations is None or (isinstance(operations, list) and "verify" in operations))


def _is_sound(key: Key) -> bool:
    """Return whether the numbers make a key of acceptable size: a point off its curve is none."""
    try:
        public = jwt.PyJWK({"kty": key["kty"], **key}, algorithms(key)[0]).key
    except (jwt.PyJWTError, ValueError, TypeError):  # what PyJWT and cryptography say of numbers that make no key
        return False
    if not isinstance(public, RSAPublicKey):
        return True
    # A huge exponent would make each check of a signature dear.
    return public.key_size in _RSA_BITS and public.public_numbers().e < 1 << 33
