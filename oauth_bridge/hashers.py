"""How secrets of clients are kept."""

import hashlib
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher
from django.utils.crypto import constant_time_compare


class ClientSecretHasher(BasePasswordHasher):
    """One SHA-256, for secrets of 256 random bits only.

    Stretching protects guessable passwords. On a random secret it buys nothing, and Django's default costs a quarter of
    a second of processor time at each registration: four a second would end a core.
    """

    algorithm = "client_secret_sha256"

    def encode(self, password: str, salt: str) -> str:  # noqa: ARG002  nothing to salt: no two secrets are alike
        """Return ``client_secret_sha256$<hex>``."""
        return f"{self.algorithm}${hashlib.sha256(password.encode()).hexdigest()}"

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether the secret is the stored one, in constant time."""
        return constant_time_compare(encoded, self.encode(password, ""))

    def decode(self, encoded: str) -> dict[str, Any]:
        """Return the parts of what :meth:`encode` made."""
        algorithm, digest = encoded.split("$", 1)
        return {"algorithm": algorithm, "hash": digest}

    def safe_summary(self, encoded: str) -> Any:  # noqa: ARG002  a hash is nobody's to see
        """Return what an admin page may show."""
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:  # noqa: ARG002
        """Return that nothing is outdated: there is one way only."""
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Do nothing: one round is all there is."""
