"""``POST /token`` and ``POST /revoke``."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from oauth_bridge import browser, codes, failed_attempts, rotation, sessions
from oauth_bridge.issuing import IssuedTokens
from oauth_bridge.models import AccessToken, Client, Grant, RefreshToken, Session
from oauth_bridge.protocol import parameters, token_requests, tokens
from oauth_bridge.protocol.errors import OAuthError
from oauth_bridge.views import client_requests
from oauth_bridge.views.answers import for_programs, json_response

Presented = token_requests.CodeRequest | token_requests.RefreshRequest


@for_programs(rate=None)
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a code or a refresh token for a pair (OAuth 2.1 §3.2)."""
    received_at = _received_at(request)
    form, client = client_requests.authenticated(request)
    presented = token_requests.parse(form)
    try:
        return json_response(_body(_issue(presented, client, received_at)))
    except OAuthError as error:
        if error.code == "invalid_grant" and not _was_issued(presented):
            failed_attempts.note(browser.address(request), client.client_id)
        raise


@for_programs(rate=None)
def revoke(request: HttpRequest) -> HttpResponse:
    """End the session that a token belongs to (RFC 7009).

    An unknown token and another client's are answered alike, and do nothing: the answer tells a stranger nothing.
    """
    form, client = client_requests.authenticated(request)
    presented = tokens.checksum(parameters.required(form, "token"))
    for model in (RefreshToken, AccessToken):
        row = model.objects.filter(token_checksum=presented, application=client).first()
        if row is not None:
            sessions.end(Session.objects.filter(pk=row.session_id), Session.EndReason.CLIENT)
    return HttpResponse(headers={"Cache-Control": "no-store"})


def _issue(presented: Presented, client: Client, received_at: datetime) -> IssuedTokens:
    match presented:
        case token_requests.CodeRequest():
            return codes.redeem(presented, client, received_at=received_at)
        case token_requests.RefreshRequest():
            return rotation.refresh(presented, client)


def _was_issued(presented: Presented) -> bool:
    """Return whether it was once given out here: a lost race or an old token is no guess."""
    match presented:
        case token_requests.CodeRequest():
            return Grant.objects.filter(code=tokens.checksum(presented.code)).exists()
        case token_requests.RefreshRequest():
            return RefreshToken.objects.filter(token_checksum=tokens.checksum(presented.refresh_token)).exists()


def _received_at(request: HttpRequest) -> datetime:
    """Return when the request reached the server, before it waited for a thread."""
    seconds = getattr(request, "scope", {}).get("received_at")
    return datetime.fromtimestamp(seconds, UTC) if seconds else timezone.now()


def _body(issued: IssuedTokens) -> dict[str, object]:
    return token_requests.token_response(
        access_token=issued.access_token,
        expires_in=max(0, int((issued.expires_at - timezone.now()).total_seconds())),
        scope=issued.scope,
        refresh_token=issued.refresh_token,
    )
