"""``POST /token`` and ``POST /revoke``."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from oauth_bridge import clients, codes, rotation, sessions
from oauth_bridge.issuing import IssuedTokens
from oauth_bridge.models import AccessToken, Client, RefreshToken, Session
from oauth_bridge.protocol import parameters, token_requests, tokens
from oauth_bridge.protocol.errors import OAuthError
from oauth_bridge.views.answers import for_programs, json_response


@for_programs(rate="TOKEN")
def token(request: HttpRequest) -> HttpResponse:
    """Exchange a code or a refresh token for a pair (OAuth 2.1 §3.2)."""
    received_at, form = _received_at(request), _form(request)
    client = _client(request, form)
    match token_requests.parse(form):
        case token_requests.CodeRequest() as presented:
            issued = codes.redeem(presented, client, received_at=received_at)
        case token_requests.RefreshRequest() as presented:
            issued = rotation.refresh(presented, client)
    return json_response(_body(issued))


@for_programs(rate="TOKEN")
def revoke(request: HttpRequest) -> HttpResponse:
    """End the session that a token belongs to (RFC 7009).

    An unknown token and another client's are answered alike, and do nothing: the answer tells a stranger nothing.
    """
    form = _form(request)
    client = _client(request, form)
    presented = tokens.checksum(parameters.required(form, "token"))
    for model in (RefreshToken, AccessToken):
        row = model.objects.filter(token_checksum=presented, application=client).first()
        if row is not None:
            sessions.end(Session.objects.filter(pk=row.session_id), Session.EndReason.CLIENT)
    return HttpResponse(headers={"Cache-Control": "no-store"})


def _form(request: HttpRequest) -> parameters.Parameters:
    """Return the body's parameters; those of the URL do not count (OAuth 2.1 §3.2: credentials stay out of it)."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "Send the parameters as application/x-www-form-urlencoded.")
    return parameters.parse(request.body)


def _client(request: HttpRequest, form: parameters.Parameters) -> Client:
    return clients.authenticate(token_requests.client_credentials(request.headers.get("Authorization"), form))


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
