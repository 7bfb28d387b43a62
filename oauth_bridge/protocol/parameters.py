"""Strict reading of query strings and form bodies (RFC 6749 §3.1, §3.2: a parameter must not be repeated)."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from oauth_bridge.protocol.errors import OAuthError

MAX_BYTES = 32_000
MAX_PARAMETERS = 60
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Parameters = Mapping[str, list[str]]


def parse(encoded: bytes) -> Parameters:
    """Return the values of ``application/x-www-form-urlencoded`` text by name, in order.

    Raises:
        OAuthError: ``invalid_request``: too large, not UTF-8, a broken escape, or a control character (among them NUL,
            which the database cannot hold).
    """
    if len(encoded) > MAX_BYTES:
        raise _invalid("The request is too large.")
    found: dict[str, list[str]] = {}
    pairs = [pair for pair in encoded.split(b"&") if pair]
    if len(pairs) > MAX_PARAMETERS:
        raise _invalid("The request has too many parameters.")
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        found.setdefault(_decode(name), []).append(_decode(value))
    return found


def single(parameters: Parameters, name: str) -> str | None:
    """Return the one value of a parameter, or None where it is absent or empty (RFC 6749 §3.1: the same).

    Raises:
        OAuthError: ``invalid_request``: it is there more than once.
    """
    values = parameters.get(name, [])
    if len(values) > 1:
        raise _invalid(f"The parameter {name} is repeated.")
    return values[0] if values and values[0] else None


def required(parameters: Parameters, name: str) -> str:
    """Return the one value of a parameter.

    Raises:
        OAuthError: ``invalid_request``: it is absent, empty or repeated.
    """
    value = single(parameters, name)
    if value is None:
        raise _invalid(f"The parameter {name} is missing.")
    return value


def _decode(text: bytes) -> str:
    if _BROKEN_ESCAPE.search(text):
        raise _invalid("The request has a broken percent escape.")
    try:
        decoded = unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise _invalid("The request is not UTF-8.") from None
    if _CONTROL.search(decoded):
        raise _invalid("The request has a control character.")
    return decoded


def _invalid(description: str) -> OAuthError:
    return OAuthError("invalid_request", description)
