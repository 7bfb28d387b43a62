"""The ends of the chain, and where proved calls begin, under ``ENCRYPTION_KEYS``: who has the database alone moves none."""

import hmac
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from oauth_bridge import sealing
from oauth_bridge.chain.content import GENESIS
from oauth_bridge.models import AuditMark

HEAD, ANCHOR, CALLS = AuditMark.Name.HEAD, AuditMark.Name.ANCHOR, AuditMark.Name.CALLS


class BrokenChain(Exception):
    """A mark was changed, or made under a key that is gone. ``manage.py audit verify`` tells more."""


def lock_head() -> AuditMark | None:
    """Return the head, locked until the transaction ends; None if another process has it.

    Raises:
        BrokenChain: it is not this server's.
    """
    AuditMark.objects.bulk_create([_made(HEAD, 0, GENESIS)], ignore_conflicts=True)
    head = AuditMark.objects.select_for_update(skip_locked=True).filter(name=HEAD).first()
    if head is not None and not is_genuine(head):
        raise BrokenChain(head.name)
    return head


def read(name: AuditMark.Name) -> AuditMark | None:
    """Return a mark, or None if there is none yet."""
    return AuditMark.objects.filter(name=name).first()


def move(name: AuditMark.Name, sequence: int, event_hash: str) -> None:
    """Put a mark at an event, under the first key."""
    AuditMark.objects.bulk_create(
        [_made(name, sequence, event_hash)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["sequence", "hash", "at", "mac"],
    )


def is_genuine(mark: AuditMark) -> bool:
    """Return whether one of the server's keys made a mark."""
    wanted = _macs(mark.name, mark.sequence, mark.hash, mark.at)
    return any(hmac.compare_digest(mark.mac, mac) for mac in wanted)


def renew() -> Iterator[bool | None]:
    """Make all marks under the first key, in the caller's transaction; yield of each whether it had to be.

    None is one that is nobody's: it stays as it is.
    """
    for mark in AuditMark.objects.select_for_update().order_by("name"):
        if not is_genuine(mark):
            yield None
            continue
        is_old = mark.mac != _macs(mark.name, mark.sequence, mark.hash, mark.at)[0]
        if is_old:
            move(AuditMark.Name(mark.name), mark.sequence, mark.hash)
        yield is_old


def _made(name: AuditMark.Name, sequence: int, event_hash: str) -> AuditMark:
    now = timezone.now()
    return AuditMark(
        name=name, sequence=sequence, hash=event_hash, at=now, mac=_macs(str(name.value), sequence, event_hash, now)[0]
    )


def _macs(name: str, sequence: int, event_hash: str, at: datetime) -> list[str]:
    told = f"{name}:{sequence}:{event_hash}:{at.timestamp():.6f}".encode()
    return [hmac.digest(key, told, "sha256").hex() for key in sealing.derivation_keys("audit")]
