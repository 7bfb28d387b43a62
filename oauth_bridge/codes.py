"""Authorization codes: given once for a request, redeemed once by its client, a replay ends what they made."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from oauth_bridge import audit, database_clock, people, sealing, sessions, statements
from oauth_bridge.browser import Browser
from oauth_bridge.documents import hosts
from oauth_bridge.issuing import IssuedTokens, issue
from oauth_bridge.models import Client, GitHubCredential, Grant, PendingAuthorization, Person, Session
from oauth_bridge.protocol import lifetimes, pkce, resources, scopes, tokens
from oauth_bridge.protocol.errors import OAuthError
from oauth_bridge.protocol.token_requests import CodeRequest


def _allowed() -> QuerySet[PendingAuthorization]:
    allowed = PendingAuthorization.objects.filter(allowed_at__isnull=False, denied_at__isnull=True)
    return allowed.filter(pk=statements.number("pending"))


# One person's, whoever comes first. Who has claimed a request has its row locked, and made its code if they are not the first.
_CLAIM = statements.Update(lambda: _allowed().filter(person__isnull=True), person=statements.number("person"))
_CLAIM_AGAIN = statements.Update(
    lambda: _allowed().filter(person=statements.number("person")), person=statements.number("person")
)
_GIVEN = statements.Select(lambda: Grant.objects.filter(code=statements.text("code")))
_REDEEMABLE = statements.Select(
    lambda: Grant.objects.select_related("user").filter(code=statements.text("code"), application=statements.number("client"))
)
# The one judge of single use: whoever changes the row has the code.
_USE = statements.Update(
    lambda: Grant.objects.filter(pk=statements.number("grant"), used_at__isnull=True, expires__gt=statements.moment("now")),
    used_at=statements.moment("now"),
)
_TIE = statements.Update(
    lambda: Grant.objects.filter(pk=statements.number("grant")),
    session=statements.uuid("session"),
    used_at=database_clock.stamp("now"),
)


class AlreadyAnswered(Exception):
    """The request was denied, given to another person, or its code is redeemed already."""


def give(pending: PendingAuthorization, person: Person, credential: GitHubCredential, browser: Browser) -> str:
    """Return the code for an allowed request, in the caller's transaction if there is one.

    The code is derived from the request and the person, so that pressing Allow twice gives the same one, from whichever
    process answers, though only its hash is stored.

    Raises:
        AlreadyAnswered: there is nothing left to give. What the caller's transaction wrote may stay.
    """
    with transaction.atomic(savepoint=False):
        code = _code(pending, person, credential, browser)
    if code is None:
        raise AlreadyAnswered
    return code


def _code(pending: PendingAuthorization, person: Person, credential: GitHubCredential, browser: Browser) -> str | None:
    claim = {"pending": pending.pk, "person": person.pk}
    is_first = bool(_CLAIM.run(**claim))
    if not is_first and not _CLAIM_AGAIN.run(**claim):
        return None
    # By each key: the code may have been given before the keys were rotated, and one request has one code.
    parts = pending.id_checksum.encode(), str(person.pk).encode()
    keys = sealing.derivation_keys("authorization code")
    derived = (tokens.derive(tokens.AUTHORIZATION_CODE, key=key, parts=parts) for key in keys)
    codes = {tokens.checksum(code): code for code in derived}
    grant = None if is_first else next(filter(None, (_GIVEN.first(code=checksum) for checksum in codes)), None)
    if grant is None:
        grant = statements.insert(_grant(next(iter(codes)), pending, person, credential, browser))
    return None if grant.used_at or grant.expires <= timezone.now() else codes[grant.code]


def redeem(request: CodeRequest, client: Client, *, received_at: datetime) -> IssuedTokens:
    """Exchange a code for a session's first tokens (OAuth 2.1 §4.1.3).

    ``received_at`` is when the request arrived, by this process's clock: a duplicate that was under way while the code was
    being redeemed is a race and only refused, one that came after is a replay and ends the session.

    Raises:
        OAuthError: ``invalid_grant`` or ``invalid_target``.
    """
    grant = _grant_of(request, client)
    if grant.used_at is not None:
        raise _used(grant, client, received_at)
    resource = resources.narrowed(request.resource, grant.resource, settings.PUBLIC_URL)
    _check_allowed(grant.user, client)
    issued = _issue(grant, client, resource, timezone.now())
    if issued is None:
        now_known = Grant.objects.get(pk=grant.pk)
        raise _used(now_known, client, received_at) if now_known.used_at else _invalid_grant("The code has expired.")
    # Once more, now that the session can be seen: a rule that was removed or a host that was blocked in between saw no
    # session to end.
    try:
        _check_allowed(grant.user, client)
    except OAuthError:
        sessions.end(Session.objects.filter(grants=grant.pk), Session.EndReason.NOT_ALLOWED)
        raise
    return issued


def _check_allowed(person: Person, client: Client) -> None:
    if not people.is_allowed(person):
        raise _invalid_grant("The person is no longer allowed to use this server.")
    if hosts.is_blocked(client):
        raise _invalid_grant("The client is no longer allowed to use this server.")


def _issue(grant: Grant, client: Client, resource: tuple[str, ...], now: datetime) -> IssuedTokens | None:
    """Return the first tokens of the session that the code begins, or None if the code cannot be used any more."""
    with transaction.atomic():
        if _USE.run(grant=grant.pk, now=now):
            session = _start_session(grant, client, resource, now)
            issued = issue(session, scope=session.scope, resource=resource, now=now)
            # Written once more, as late as can be: a duplicate that arrived before this was a race, not a replay.
            _TIE.run(grant=grant.pk, session=session.pk, now=timezone.now())
            audit.record(audit.Kind.TOKENS_ISSUED, person=grant.user, client=client, session=session, scope=session.scope)
            return issued
    return None


def _grant_of(request: CodeRequest, client: Client) -> Grant:
    """Return the grant that the code, its client, verifier and redirect URI prove together.

    Nothing is used up by a wrong try: a stranger who saw a code can neither redeem it nor spoil it.
    """
    grant = None
    if tokens.is_well_formed(request.code, tokens.AUTHORIZATION_CODE):
        grant = _REDEEMABLE.first(code=tokens.checksum(request.code), client=client.pk)
    if grant is None:
        raise _invalid_grant("The code is not valid for this client.")
    if not pkce.verifies(request.code_verifier, grant.code_challenge):
        raise _invalid_grant("The code_verifier does not belong to the code_challenge.")
    # RFC 6749 §4.1.3: required if it was in the authorization request, and then the same.
    expected = {grant.redirect_uri} if grant.redirect_uri_was_sent else {grant.redirect_uri, None}
    if request.redirect_uri not in expected:
        raise _invalid_grant("The redirect_uri is not the one of the authorization request.")
    return grant


def _used(grant: Grant, client: Client, received_at: datetime) -> OAuthError:
    if grant.used_at and grant.used_at < database_clock.at(received_at) and grant.session_id:
        with transaction.atomic():
            audit.record(audit.Kind.CODE_REPLAYED, person=grant.user, client=client, session=grant.session)
            sessions.end(Session.objects.filter(pk=grant.session_id), Session.EndReason.CODE_REPLAY)
    return _invalid_grant("The code was used already.")


def _grant(
    checksum: str, pending: PendingAuthorization, person: Person, credential: GitHubCredential, browser: Browser
) -> Grant:
    return Grant(
        code=checksum,
        user=person,
        application_id=pending.client_id,
        expires=timezone.now() + timedelta(seconds=lifetimes.AUTHORIZATION_CODE),
        redirect_uri=pending.redirect_uri,
        redirect_uri_was_sent=pending.redirect_uri_was_sent,
        scope=" ".join(scopes.granted(pending.scope.split(), credential.scope)),
        resource=pending.resource.split(),
        code_challenge=pending.code_challenge,
        code_challenge_method=Grant.CODE_CHALLENGE_S256,
        credential=credential,
        address=browser.address,
        user_agent=browser.user_agent,
    )


def _start_session(grant: Grant, client: Client, resource: tuple[str, ...], now: datetime) -> Session:
    return statements.insert(
        Session(
            person=grant.user,
            client=client,
            credential_id=grant.credential_id,
            scope=grant.scope,
            resource=" ".join(resource),
            address=grant.address,
            user_agent=grant.user_agent,
            created_at=now,
            expires_at=now + timedelta(seconds=lifetimes.SESSION),
            last_used_at=now,
        )
    )


def _invalid_grant(description: str) -> OAuthError:
    return OAuthError("invalid_grant", description)
