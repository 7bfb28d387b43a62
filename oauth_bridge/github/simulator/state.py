"""What one running simulator holds in memory. All of it is gone after a restart; tokens live on, for they are signed."""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from oauth_bridge.github.simulator.cast import fresh_people
from oauth_bridge.github.simulator.faults import Faults
from oauth_bridge.github.simulator.messages import Request
from oauth_bridge.github.simulator.people import People
from oauth_bridge.github.simulator.tokens import DEVELOPMENT_KEY, Kind, Revocations, Token, seal, unseal
from oauth_bridge.github.simulator.work import Issue

MAX_REMEMBERED = 5_000
ATTEMPT_LIFETIME_SECONDS = 600


@dataclass(slots=True)
class Settings:
    """Switches that a test may turn. ``client_secret``: None accepts any that is not empty.

    ``restricted_org`` is an organization that has not approved the application: GitHub tells nothing of it.
    ``sso_org`` is one that asks for its single sign-on, which no token has passed.
    """

    expiring_tokens: bool = False
    access_lifetime_seconds: int = 28_800
    refresh_lifetime_seconds: int = 15_897_600
    rate_limit: int = 5_000
    client_secret: str | None = None
    restricted_org: str = ""
    sso_org: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One authorization request, as far as it has come: shown on a page, or approved by a person and turned into a code."""

    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    code_challenge: str | None
    created_at: float
    person_id: int | None = None


@dataclass(slots=True)
class State:
    """Everything that changes. ``now`` gives seconds since the epoch."""

    key: bytes = DEVELOPMENT_KEY
    now: Callable[[], float] = time.time
    settings: Settings = field(default_factory=Settings)
    people: People = field(default_factory=fresh_people)
    faults: Faults = field(default_factory=Faults)
    revocations: Revocations = field(default_factory=Revocations)
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=MAX_REMEMBERED))
    calls: dict[tuple[str, int], int] = field(default_factory=dict)
    # Repository id -> what was created through the API.
    created_issues: dict[int, list[Issue]] = field(default_factory=dict)
    _attempts: dict[str, Attempt] = field(default_factory=dict)

    def reset(self) -> None:
        """Return to the state of a fresh start."""
        self.faults.clear()
        self.settings, self.people, self.revocations = Settings(), fresh_people(), Revocations()
        self.requests.clear()
        self.calls.clear()
        self.created_issues.clear()
        self._attempts.clear()

    def microseconds(self) -> int:
        """Return the time in integer microseconds since the epoch: fine enough to tell a sign-in from a revocation."""
        return round(self.now() * 1_000_000)

    def remember(self, attempt: Attempt, reference: str) -> None:
        """Keep an attempt under a reference; the oldest go when there are too many."""
        self._attempts[reference] = attempt
        while len(self._attempts) > MAX_REMEMBERED:
            del self._attempts[next(iter(self._attempts))]

    def attempt(self, reference: str) -> Attempt | None:
        """Return a remembered attempt that is not too old."""
        attempt = self._attempts.get(reference)
        if attempt is None or self.now() - attempt.created_at > ATTEMPT_LIFETIME_SECONDS:
            return None
        return attempt

    def forget(self, reference: str) -> None:
        """Drop an attempt: what is left of it works no more."""
        self._attempts.pop(reference, None)

    def issue(self, person_id: int, client_id: str, scopes: frozenset[str]) -> tuple[str, str | None]:
        """Return an access token and, when tokens expire, the refresh token that belongs to it."""
        now, nonce = self.microseconds(), secrets.token_hex(8)
        access_ends = now + self.settings.access_lifetime_seconds * 1_000_000 if self.settings.expiring_tokens else None
        access = Token("gho", person_id, client_id, scopes, now, access_ends, nonce)
        if access_ends is None:
            return seal(access, key=self.key), None
        refresh_ends = now + self.settings.refresh_lifetime_seconds * 1_000_000
        refresh = Token("ghr", person_id, client_id, scopes, now, refresh_ends, nonce)
        return seal(access, key=self.key), seal(refresh, key=self.key)

    def live_token(self, text: str, *, kind: Kind = "gho") -> Token | None:
        """Return the token if it is ours, not expired, not revoked, and its person still exists."""
        token = unseal(text, kind=kind, key=self.key)
        if token is None or self.revocations.hit(token) or self.people.by_id(token.person_id) is None:
            return None
        if token.expires_at is not None and token.expires_at <= self.microseconds():
            return None
        return token
