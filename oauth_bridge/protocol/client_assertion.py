"""``private_key_jwt``: a client proves itself by a signed statement (RFC 7521 §4.2, RFC 7523 §3). Pure: time is passed in.

What the assertion says of keys (``jwk``, ``jku``, ``x5c``) is never looked at: keys come from the client's registration.
"""

import base64
import binascii
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import jwt

from oauth_bridge.protocol import key_sets, lifetimes
from oauth_bridge.protocol.errors import InvalidClient
from wire import strict_json

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_LENGTH = 8_000
MAX_ID_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Header:
    """What an assertion says of its signature; nothing in it is proved."""

    algorithm: str
    key_id: str | None


@dataclass(frozen=True, slots=True)
class Assertion:
    """A verified assertion: its id, and when, in seconds since the epoch, it is of no use any more."""

    jti: str
    useless_from: int


def audiences(origin: str) -> frozenset[str]:
    """Return the names that an assertion for this server may be addressed to (RFC 7523 §3 item 3).

    The issuer is also accepted with the slash that libraries add when they handle it as a URL.
    """
    return frozenset({origin, f"{origin}/", f"{origin}/token"})


def header(assertion: str) -> Header:
    """Return how the assertion says that it is signed.

    Raises:
        InvalidClient: malformed, another algorithm (``none`` and the symmetric ones above all), or extensions that must
            be understood (RFC 7515 §4.1.11).
    """
    parameters = _part(assertion, 0)
    if parameters.get("alg") not in key_sets.ALGORITHMS:
        raise InvalidClient(f"The client assertion must be signed with one of {', '.join(key_sets.ALGORITHMS)}.")
    if {"crit", "b64"} & parameters.keys():
        raise InvalidClient("The client assertion asks for extensions that this server does not know.")
    key_id = parameters.get("kid")
    if key_id is not None and not isinstance(key_id, str):
        raise _malformed()
    return Header(parameters["alg"], key_id)


def subject(assertion: str) -> str:
    """Return the client that the assertion is about, not proved yet (RFC 7521 §4.2: ``client_id`` may be left out).

    Raises:
        InvalidClient: malformed.
    """
    client_id = _part(assertion, 1).get("sub")
    if not isinstance(client_id, str) or not client_id or "\x00" in client_id:
        raise InvalidClient("The client assertion does not say which client it is from.")
    return client_id


def verify(assertion: str, keys: Iterable[key_sets.Key], *, client_id: str, audiences: Collection[str], now: int) -> Assertion:
    """Return the assertion, proved: signed with one of ``keys``, by this client, for this server, at this time.

    ``now`` is in seconds since the epoch. Whether it was used before is for the caller to find out.

    Raises:
        InvalidClient: it proves nothing.
    """
    algorithm = header(assertion).algorithm
    claims = next((found for key in keys if (found := _signed(assertion, key, algorithm)) is not None), None)
    if claims is None:
        raise InvalidClient("The client assertion is not signed with a key of this client.")
    if (claims.get("iss"), claims.get("sub")) != (client_id, client_id):
        raise InvalidClient("The client assertion must name the client as its issuer and its subject.")
    _check_audience(claims.get("aud"), audiences)
    return Assertion(_id(claims.get("jti")), _check_times(claims, now))


def _signed(assertion: str, key: key_sets.Key, algorithm: str) -> dict[str, Any] | None:
    try:
        proved = jwt.PyJWS().decode_complete(assertion, jwt.PyJWK({**key}, algorithm), algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError):  # ValueError: numbers in the signature that are none
        return None
    return _json_object(proved["payload"])


def _check_audience(audience: object, expected: Collection[str]) -> None:
    """Every audience must be this server: an assertion that others accept too could be passed on by one of them."""
    named = audience if isinstance(audience, list) else [audience]
    if not named or not all(isinstance(name, str) and name in expected for name in named):
        raise InvalidClient(
            "The client assertion is not addressed to this server: aud must be the issuer or the token endpoint."
        )


def _check_times(claims: dict[str, Any], now: int) -> int:
    """Return when the assertion becomes useless, in seconds since the epoch."""
    expires, begins = _time(claims, "exp"), max(_time(claims, "nbf", 0), _time(claims, "iat", 0))
    if expires + lifetimes.CLOCK_SKEW <= now:
        raise InvalidClient("The client assertion has expired.")
    if expires > now + lifetimes.CLIENT_ASSERTION_MAX + lifetimes.CLOCK_SKEW:
        raise InvalidClient("The client assertion is valid for too long: at most an hour.")
    if begins > now + lifetimes.CLOCK_SKEW:
        raise InvalidClient("The client assertion is from the future.")
    return int(expires) + lifetimes.CLOCK_SKEW + 1


def _time(claims: dict[str, Any], name: str, default: int | None = None) -> float:
    value = claims.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidClient(f"The client assertion needs {name} as a number of seconds.")
    return value


def _id(jti: object) -> str:
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_ID_LENGTH:
        raise InvalidClient("The client assertion needs a jti, so that it works once only.")
    return jti


def _part(assertion: str, index: int) -> dict[str, Any]:
    parts = assertion.split(".")
    if len(assertion) > MAX_LENGTH or len(parts) != 3 or not assertion.isascii():
        raise _malformed()
    try:
        # urlsafe_b64decode leaves out what it does not know: exact text is required.
        text = base64.b64decode(parts[index] + "=" * (-len(parts[index]) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise _malformed() from None
    return _json_object(text)


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        value = strict_json.loads(text, max_depth=8)
    except strict_json.InvalidJSON:
        raise _malformed() from None
    if not isinstance(value, dict):
        raise _malformed()
    return value


def _malformed() -> InvalidClient:
    return InvalidClient("The client assertion is malformed.")
