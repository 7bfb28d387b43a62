"""Sealing stored secrets again under the first of ``ENCRYPTION_KEYS``, so that an older key can be taken away."""

from dataclasses import dataclass

from django.db import models, transaction

from oauth_bridge import audit, sealing
from oauth_bridge.chain import marks
from oauth_bridge.models import GitHubCredential, SignInAttempt

BATCH = 100

# Every sealed column there is; other apps add theirs when the project starts.
SEALED: list[tuple[type[models.Model], tuple[str, ...]]] = [
    (GitHubCredential, ("sealed_token", "sealed_refresh_token")),
    (SignInAttempt, ("sealed_code_verifier",)),
]


@dataclass(slots=True)
class Count:
    """How many secrets were sealed again, were under the first key already, and open with none of the keys."""

    resealed: int = 0
    current: int = 0
    unreadable: int = 0


def reseal() -> Count:
    """Go through every sealed column, in batches: each is locked, changed and committed by itself."""
    count = Count()
    for model, columns in SEALED:
        last: object = 0
        while keys := list(model._default_manager.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
            _batch(model, columns, keys, count)
            last = keys[-1]
    _marks(count)
    audit.record(audit.Kind.KEYS_ROTATED, resealed=count.resealed, already_current=count.current, unreadable=count.unreadable)
    return count


@transaction.atomic
def _marks(count: Count) -> None:
    """Authenticate the ends of the audit chain under the first key."""
    for renewed in marks.renew():
        count.resealed += renewed is True
        count.current += renewed is False
        count.unreadable += renewed is None


def _batch(model: type[models.Model], columns: tuple[str, ...], keys: list[object], count: Count) -> None:
    with transaction.atomic():
        # Locked, so that a token that is renewed just now is not overwritten by its predecessor.
        for row in model._default_manager.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"):
            changed = {column: sealed for column in columns if (sealed := _again(getattr(row, column), count)) is not None}
            if changed:
                model._default_manager.filter(pk=row.pk).update(**changed)


def _again(sealed: bytes | memoryview | None, count: Count) -> bytes | None:
    """Return the new sealing, or None where nothing is to be done."""
    if sealed is None:
        return None
    if sealing.is_current(bytes(sealed)):
        count.current += 1
        return None
    try:
        again = sealing.seal(sealing.unseal(bytes(sealed)))
    except sealing.Unsealable:
        # Left as it is: the key may come back.
        count.unreadable += 1
        return None
    count.resealed += 1
    return again
