"""Secrets at rest, under ``ENCRYPTION_KEYS``: the first key seals and derives, all of them open (rotation)."""

import base64
import functools

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.signals import setting_changed


class Unsealable(Exception):
    """What is stored was sealed with a key that is no longer there, or was changed."""


def seal(text: str) -> bytes:
    """Return the text, encrypted and authenticated."""
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    """Return the text again.

    Raises:
        Unsealable: no key fits.
    """
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken:
        raise Unsealable from None


def is_current(sealed: bytes) -> bool:
    """Return whether the first key sealed it."""
    try:
        _fernets()[0].decrypt(sealed)
    except InvalidToken:
        return False
    return True


@functools.cache
def derivation_keys(purpose: str) -> tuple[bytes, ...]:
    """Return 32 bytes for each key, newest first, of use for one purpose alone (RFC 5869)."""
    return tuple(_expand(key, purpose) for key in settings.ENCRYPTION_KEYS)


@functools.cache
def _fernet() -> MultiFernet:
    return MultiFernet(_fernets())


@functools.cache
def _fernets() -> list[Fernet]:
    return [Fernet(base64.urlsafe_b64encode(key)) for key in derivation_keys("seal")]


def _expand(key: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"gatehouse:{purpose}".encode()).derive(key.encode())


def _forget(*, setting: str, **_: object) -> None:
    if setting == "ENCRYPTION_KEYS":
        for cached in (derivation_keys, _fernets, _fernet):
            cached.cache_clear()


setting_changed.connect(_forget)
