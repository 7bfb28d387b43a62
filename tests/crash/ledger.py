"""What must hold of the tables whenever no request is under way, whoever was killed before."""

from collections import Counter

from oauth_bridge.models import AccessToken, AuthEvent, Grant, RefreshToken, Session

Kind = AuthEvent.Kind


def check() -> None:
    """Fail unless every grant, pair and end has exactly one event, and every event its rows; nothing is there by half."""
    sessions = list(Session.objects.all())
    _one_code_each(sessions)
    events = Counter(AuthEvent.objects.values_list("kind", "session_id"))
    for session in sessions:
        refreshed = events[Kind.TOKENS_REFRESHED, session.pk]
        assert events[Kind.TOKENS_ISSUED, session.pk] == 1
        assert events[Kind.SESSION_ENDED, session.pk] == (session.ended_at is not None)
        assert AccessToken.objects.filter(session=session).count() == 1 + refreshed
        chain = RefreshToken.objects.filter(session=session)
        assert chain.filter(revoked__isnull=False, successor_salt__isnull=False).count() == refreshed
        assert chain.filter(revoked=None, successor_salt=None).count() == 1
        assert chain.count() == 1 + refreshed
    _nothing_beside(sessions)


def _one_code_each(sessions: list[Session]) -> None:
    """No double grant: a used code has one session, a session one code, and an unused code neither."""
    used = Grant.objects.filter(used_at__isnull=False)
    assert sorted(str(key) for key in used.values_list("session_id", flat=True)) == sorted(str(row.pk) for row in sessions)
    assert not Grant.objects.filter(used_at=None, session__isnull=False).exists()


def _nothing_beside(sessions: list[Session]) -> None:
    """No event tells of a session that is not there."""
    told = AuthEvent.objects.filter(kind__in=[Kind.TOKENS_ISSUED, Kind.TOKENS_REFRESHED, Kind.SESSION_ENDED])
    assert set(told.values_list("session_id", flat=True)) <= {session.pk for session in sessions}
