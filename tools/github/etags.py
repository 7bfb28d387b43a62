"""Answers kept with their ``ETag``, so that GitHub need not send again what has not changed (RFC 9110 §13.1.2).

An answer is used only after GitHub has said 304 to the very token that got it: nothing here is ever shown on its own word.
"""

from collections import OrderedDict
from dataclasses import dataclass

# A page of a hundred repositories has about 600 000.
MAX_ANSWER_BYTES = 1_000_000
MAX_HOLDER_BYTES = 4_000_000
MAX_BYTES = 32_000_000
# What is not asked for again within this time leaves the memory: people go away.
MAX_AGE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose answers they are: the account's number, and the checksum of its token.

    A token has one set of scopes, so that a session with few never meets an answer to one with more.
    """

    github_id: int
    token_checksum: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A body as it came, unpacked, and what its headers said. ``kept_at`` is in seconds since the epoch."""

    etag: str
    body: bytes
    has_next: bool
    kept_at: float


class ETags:
    """The kept answers of one process, by holder and URL; the least recently used go first."""

    def __init__(self) -> None:
        self._holders: OrderedDict[Holder, OrderedDict[str, Kept]] = OrderedDict()
        self._bytes = 0

    @property
    def held_bytes(self) -> int:
        """Return how much is kept in all."""
        return self._bytes

    def get(self, holder: Holder, url: str, *, now: float) -> Kept | None:
        """Return what was kept for this holder and URL, unless it is too old."""
        self._forget_old(now)
        answers = self._holders.get(holder, OrderedDict())
        kept = answers.get(url)
        if kept is None:
            return None
        if now - kept.kept_at > MAX_AGE_SECONDS:
            self._drop(holder, url)
            return None
        answers.move_to_end(url)
        return kept

    def put(self, holder: Holder, url: str, kept: Kept) -> None:
        """Keep an answer in place of an older one, if it is small enough."""
        if len(kept.body) > MAX_ANSWER_BYTES:
            return
        if url in self._holders.get(holder, ()):
            self._drop(holder, url)
        self._forget_old(kept.kept_at)
        answers = self._holders.setdefault(holder, OrderedDict())
        self._holders.move_to_end(holder)
        answers[url] = kept
        self._bytes += len(kept.body)
        while sum(len(each.body) for each in answers.values()) > MAX_HOLDER_BYTES:
            self._drop(holder, next(iter(answers)))
        while self._bytes > MAX_BYTES:
            oldest = next(iter(self._holders))
            self._drop(oldest, next(iter(self._holders[oldest])))

    def forget(self, holder: Holder) -> None:
        """Drop all of a holder: GitHub refused the token."""
        for url in list(self._holders.get(holder, ())):
            self._drop(holder, url)

    def _forget_old(self, now: float) -> None:
        """Drop the holders at the end of the queue of whom nothing is young enough."""
        while self._holders:
            holder, answers = next(iter(self._holders.items()))
            if any(now - each.kept_at <= MAX_AGE_SECONDS for each in answers.values()):
                return
            self.forget(holder)

    def _drop(self, holder: Holder, url: str) -> None:
        answers = self._holders[holder]
        self._bytes -= len(answers.pop(url).body)
        if not answers:
            del self._holders[holder]
