"""A client that signs: keys, key sets and assertions, made apart from the product."""

import json
import secrets
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


# Of one key type: one key signs with either.
_RSA = ("RS256", "PS256", "RS512")


def private_key(kind: str = "RS256", name: str = "one") -> Any:
    """Return a private key fit for an algorithm; another for each name."""
    return _private_key("RS256" if kind in _RSA else kind, name)


@cache
def _private_key(kind: str, _name: str) -> Any:
    match kind:
        case "RS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "RSA1024":
            return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  small on purpose
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
        case _:
            return ec.generate_private_key(ec.SECP256R1() if kind == "ES256" else ec.SECP384R1())


def key_id(kind: str, name: str) -> str:
    """Return the name that a key is published under."""
    return f"{'RS256' if kind in _RSA else kind}-{name}"


def jwk(kind: str = "RS256", name: str = "one", **changes: Any) -> dict[str, Any]:
    """Return the public key as a client publishes it; ``None`` takes a member out."""
    algorithm = jwt.get_algorithm_by_name("RS256" if kind == "RSA1024" else kind)
    members = json.loads(algorithm.to_jwk(private_key(kind, name).public_key()))
    members |= {"kid": key_id(kind, name), "use": "sig", "key_ops": ["verify"], **changes}
    return {key: value for key, value in members.items() if value is not None}


def assertion(
    client_id: str,
    audience: Any,
    *,
    kind: str = "RS256",
    name: str = "one",
    headers: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """Return a signed assertion, good for a minute; ``None`` takes a claim out."""
    now = int(time.time())
    whole = {"iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + 60, "jti": secrets.token_hex(8)}
    payload = {key: value for key, value in {**whole, **claims}.items() if value is not None}
    return jws(json.dumps(payload).encode(), kind=kind, name=name, headers=headers)


def jws(payload: bytes, *, kind: str = "RS256", name: str = "one", headers: dict[str, Any] | None = None) -> str:
    """Return any bytes, signed."""
    return jwt.PyJWS().encode(payload, private_key(kind, name), kind, {"kid": key_id(kind, name), **(headers or {})})
