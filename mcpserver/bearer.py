"""From the Authorization header to the verified caller, or to the challenge that sends a client to sign in.

A verified caller is remembered for seconds, so that a call costs no database read. What takes a right away raises an epoch
in the database; it is read twice a second at most, and nothing older than that is believed.
"""

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError

from mcpserver import database
from mcpserver.policies import POLICIES
from oauth_bridge import sessions, verification
from oauth_bridge.principals import Principal
from oauth_bridge.protocol import challenge, scopes, tokens
from oauth_bridge.signals import rights_withdrawn
from wire import strict_json

REMEMBER_SECONDS = 30.0
EPOCH_SECONDS = 0.5
MAX_REMEMBERED = 10_000

logger = logging.getLogger(__name__)

_TOKEN_IN_URL = re.compile(rb"(?:^|&)access_token=")

Headers = Iterable[tuple[bytes, bytes]]


class BearerError(Exception):
    """The request is not authorized: status, headers and JSON body of the answer (RFC 6750 §3)."""

    def __init__(self, status: int, error: str | None, description: str, scope: Iterable[str]) -> None:
        super().__init__(description)
        self.status = status
        self._error, self._description, self._scope = error, description if error else None, tuple(scope)
        self.body: bytes = strict_json.dumps({"error": error or "unauthorized", "error_description": description})

    def headers_for(self, path: str) -> list[tuple[bytes, bytes]]:
        """Return the answer's own headers; the challenge names the metadata of the resource at ``path``."""
        header = challenge.bearer(
            settings.PUBLIC_URL, path=path, scope=self._scope, error=self._error, description=self._description
        )
        return [(b"www-authenticate", header.encode("ascii"))]


class BearerUnavailable(BearerError):
    """The token cannot be judged, since the database does not answer: 503, so that no client throws a good token away."""

    def __init__(self) -> None:
        super().__init__(503, "temporarily_unavailable", "The server's database does not answer. Try again shortly.", ())

    def headers_for(self, path: str) -> list[tuple[bytes, bytes]]:  # noqa: ARG002  no challenge: it would be signed in in vain
        """Return when to try again."""
        return [(b"retry-after", b"2")]


@dataclass(slots=True)
class _Remembered:
    principal: Principal
    since: float


class PrincipalCache:
    """Verified callers of this process, by token hash. Empty whenever the epoch has moved."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Remembered] = OrderedDict()
        self._epoch: int | None = None
        self._epoch_read_at = float("-inf")
        rights_withdrawn.connect(self._forget_signal)

    async def find(self, checksum: str) -> Principal | None:
        """Return the caller of a token, from memory or from the database."""
        await self._check_epoch()
        now = time.monotonic()
        known = self._known.get(checksum)
        if known is not None and now - known.since < REMEMBER_SECONDS and known.principal.expires_at > time.time():
            return known.principal
        epoch = self._epoch
        principal = await database.run(verification.find_principal, checksum)
        # What was read before a right was taken away must not be remembered after it.
        if principal is not None and epoch == self._epoch:
            self._remember(checksum, principal, now)
        return principal

    def forget(self) -> None:
        """Forget everybody, and read the epoch at the next request."""
        # A new one, not emptied: this is called from other threads as well, while the event loop may be writing to it.
        self._known = OrderedDict()
        self._epoch_read_at = float("-inf")
        self._epoch = None

    def _remember(self, checksum: str, principal: Principal, now: float) -> None:
        known = self._known
        known[checksum] = _Remembered(principal, now)
        known.move_to_end(checksum)
        if len(known) > MAX_REMEMBERED:
            known.popitem(last=False)

    async def _check_epoch(self) -> None:
        if time.monotonic() - self._epoch_read_at < EPOCH_SECONDS:
            return
        started = time.monotonic()
        epoch = await database.run(sessions.epoch)
        if epoch != self._epoch:
            # First: whoever is believed from here on is judged by what holds now.
            await POLICIES.reload()
            self._known = OrderedDict()
            self._epoch = epoch
        self._epoch_read_at = started

    def _forget_signal(self, **_: object) -> None:
        self.forget()


CACHE = PrincipalCache()


async def authenticate(headers: Headers, query_string: bytes = b"") -> Principal:
    """Return the verified caller (RFC 6750 §2.1: the header, and nothing but the header).

    Raises:
        BearerError: 401 without a token or with one that is not good here; 400 for more than one, or for one in the URL.
    """
    values = [value for name, value in headers if name == b"authorization"]
    if len(values) > 1:
        raise BearerError(400, "invalid_request", "The request has more than one Authorization header.", scopes.BASE_SCOPES)
    if _TOKEN_IN_URL.search(query_string):
        # Refused and not ignored: a URL is kept in logs and histories, and its sender should learn that.
        raise BearerError(400, "invalid_request", "An access token must not be in the URL.", scopes.BASE_SCOPES)
    scheme, _, token = (values[0] if values else b"").decode("latin-1").partition(" ")
    if not values or scheme.lower() != "bearer":
        raise BearerError(401, None, "Sign in first: this endpoint needs a bearer token.", scopes.BASE_SCOPES)
    principal = None
    if tokens.is_well_formed(token := token.strip(" "), tokens.ACCESS_TOKEN):
        try:
            principal = await CACHE.find(tokens.checksum(token))
        except (OperationalError, InterfaceError) as error:
            logger.error("the database does not answer: %s", type(error).__name__)  # noqa: TRY400  its message may name hosts
            raise BearerUnavailable from None
    if principal is None:
        raise BearerError(401, "invalid_token", "The access token is unknown, expired or revoked.", scopes.BASE_SCOPES)
    return principal


def insufficient_scope(needed: frozenset[str], granted: frozenset[str]) -> BearerError:
    """Return the 403 that makes a client ask for more: everything it has and what it needs (MCP 2025-11-25 and later)."""
    wanted = [name for name in scopes.SCOPES if name in needed | granted]
    return BearerError(403, "insufficient_scope", f"This needs the scope {' '.join(sorted(needed - granted))}.", wanted)
