"""Opaque secrets: how they look, how they are derived, and what is stored of them.

A token is a prefix, 43 characters of base 62 (256 bits) and 6 of a CRC-32: secret scanners recognise it, and a typing
error or garbage is refused without a look-up. Only SHA-256 is stored.
"""

import hashlib
import hmac
import re
import secrets
import zlib

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY_LENGTH, _CHECK_LENGTH = 43, 6
_FORM = re.compile(r"gth_[a-z]{2}_[0-9A-Za-z]{49}")

ACCESS_TOKEN, REFRESH_TOKEN, AUTHORIZATION_CODE, CLIENT_SECRET = "gth_at_", "gth_rt_", "gth_ac_", "gth_cs_"
REGISTRATION_TOKEN, RESOURCE_SERVER_SECRET = "gth_rg_", "gth_rs_"


def mint(prefix: str) -> str:
    """Return a new random token."""
    return _format(prefix, secrets.token_bytes(32))


def derive(prefix: str, *, key: bytes, parts: tuple[bytes, ...]) -> str:
    """Return the one token that belongs to ``parts`` under ``key``: the same again for the same input (HMAC-SHA256)."""
    message = prefix.encode() + b"".join(len(part).to_bytes(4) + part for part in parts)
    return _format(prefix, hmac.digest(key, message, "sha256"))


def is_well_formed(token: str, prefix: str) -> bool:
    """Return whether ``token`` can be one of ours; says nothing about whether it is."""
    if not token.startswith(prefix) or not _FORM.fullmatch(token):
        return False
    return token[-_CHECK_LENGTH:] == _check(token[:-_CHECK_LENGTH])


def checksum(token: str) -> str:
    """Return what is stored of a token: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def _format(prefix: str, entropy: bytes) -> str:
    body = prefix + _base62(int.from_bytes(entropy), _BODY_LENGTH)
    return body + _check(body)


def _check(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
