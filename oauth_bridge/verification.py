"""From an access token's hash to the verified caller. The database decides; callers above may remember for seconds."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from oauth_bridge.models import AccessToken, Membership, Person, Session
from oauth_bridge.principals import Principal
from oauth_bridge.protocol import resources

_TOUCH_AFTER = timedelta(minutes=1)


def good_tokens(token_checksum: str, now: datetime) -> QuerySet[AccessToken]:
    """Return the access token of that hash, if nothing it hangs on has expired, ended or been switched off.

    Whoever asks must still look at its audience.
    """
    return _good(now).filter(token_checksum=token_checksum)


def _good(now: datetime) -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(
        expires__gt=now,
        session__ended_at__isnull=True,
        session__expires_at__gt=now,
        user__is_active=True,
        application__disabled_at__isnull=True,
    )


def is_for_us(resource: Sequence[str]) -> bool:
    """Return whether one of a token's audiences is this server."""
    return not set(resource).isdisjoint(resources.own(settings.PUBLIC_URL))


def find_principal(token_checksum: str) -> Principal | None:
    """Return who an access token speaks for, or None if it is unknown, expired, ended, or for another audience."""
    now = timezone.now()
    row = (
        good_tokens(token_checksum, now)
        .values_list(
            "session_id",
            "user_id",
            "user__github_id",
            "user__login",
            "application__client_id",
            "application__name",
            "scope",
            "expires",
            "resource",
            "session__last_used_at",
        )
        .first()
    )
    if row is None or row[2] is None or not is_for_us(row[8]):
        return None
    _touch(row[0], row[9], now)
    return Principal(
        session_id=str(row[0]),
        person_id=row[1],
        github_id=row[2],
        login=row[3],
        client_id=row[4],
        client_name=row[5],
        scopes=frozenset(row[6].split()),
        expires_at=row[7].timestamp(),
        token_checksum=token_checksum,
        **_belonging(row[1], now),
    )


def principal_of_session(session: Session) -> Principal:
    """Return the person as in a session that lasts, for an operator who tries what they may do."""
    person, client = session.person, session.client
    return Principal(
        session_id=str(session.pk),
        person_id=person.pk,
        github_id=person.github_id or 0,
        login=person.login,
        client_id=client.client_id,
        client_name=client.name,
        scopes=frozenset(session.scope.split()),
        expires_at=session.expires_at.timestamp(),
        **_belonging(person.pk, timezone.now()),
    )


class _Belonging(TypedDict):
    organizations: frozenset[str]
    teams: frozenset[str]
    groups: frozenset[int]


def _belonging(person_id: int, now: datetime) -> _Belonging:
    """Return what a person belongs to: as GitHub has confirmed, and here.

    Memberships of rules that have expired are not asked about any more, and do not count.
    """
    rows = Membership.objects.filter(Q(rule__expires_at=None) | Q(rule__expires_at__gt=now), person_id=person_id)
    found = list(rows.values_list("rule__login", "rule__team"))
    return {
        # Who is in a team is in its organization.
        "organizations": frozenset(organization.lower() for organization, _ in found),
        "teams": frozenset(f"{organization}/{team}".lower() for organization, team in found if team),
        "groups": frozenset(Person.groups.through.objects.filter(person_id=person_id).values_list("group_id", flat=True)),
    }


def good_among(token_checksums: Collection[str]) -> set[str]:
    """Return those of the access tokens' hashes that are still good here, by one statement."""
    rows = _good(timezone.now()).filter(token_checksum__in=token_checksums).values_list("token_checksum", "resource")
    return {token_checksum for token_checksum, resource in rows if is_for_us(resource)}


def _touch(session_id: uuid.UUID, last_used_at: datetime, now: datetime) -> None:
    if last_used_at < now - _TOUCH_AFTER:
        Session.objects.filter(pk=session_id).update(last_used_at=now)
