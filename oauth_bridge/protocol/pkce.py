"""Proof Key for Code Exchange, method S256 alone (RFC 7636; OAuth 2.1 §4.1.1)."""

import base64
import hashlib
import hmac
import re

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def is_challenge(text: str) -> bool:
    """Return whether the text can be an S256 challenge: 32 bytes in base64url without padding (RFC 7636 §4.2)."""
    return _CHALLENGE.fullmatch(text) is not None


def is_verifier(text: str) -> bool:
    """Return whether the text has a verifier's form (RFC 7636 §4.1)."""
    return _VERIFIER.fullmatch(text) is not None


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def verifies(verifier: str, code_challenge: str) -> bool:
    """Return whether the verifier belongs to the challenge, in constant time (RFC 7636 §4.6)."""
    return is_verifier(verifier) and hmac.compare_digest(challenge(verifier), code_challenge)
