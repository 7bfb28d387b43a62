"""``/login/oauth/access_token``: a code, or a refresh token, against an access token; errors in GitHub's own words."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from oauth_bridge.github.simulator.messages import Request, Response, json_response
from oauth_bridge.github.simulator.oauth import TROUBLE
from oauth_bridge.github.simulator.state import State

# error -> (description, page of GitHub's documentation): GitHub's own words.
TOKEN_ERRORS = {
    "incorrect_client_credentials": (
        "The client_id and/or client_secret passed are incorrect.",
        "oauth-app-access-token-request-errors/#incorrect-client-credentials",
    ),
    "redirect_uri_mismatch": (
        "The redirect_uri MUST match the registered callback URL for this application.",
        "authorization-request-errors/#redirect-uri-mismatch2",
    ),
    "bad_verification_code": (
        "The code passed is incorrect or expired.",
        "oauth-app-access-token-request-errors/#bad-verification-code",
    ),
    "bad_refresh_token": (
        "The refresh token passed is incorrect or expired.",
        "oauth-app-access-token-request-errors/#bad-verification-code",
    ),
    "unsupported_grant_type": (
        "The grant_type must be authorization_code or refresh_token.",
        "oauth-app-access-token-request-errors/",
    ),
}


class TokenRefused(Exception):
    """``args[0]`` is a key of ``TOKEN_ERRORS``."""


def access_token(state: State, request: Request) -> Response:
    """Answer ``POST /login/oauth/access_token``. Errors come with status 200, as GitHub's do."""
    form = {**request.parameters(), **request.form()}
    try:
        answer = _grant(state, form)
    except TokenRefused as refused:
        description, page = TOKEN_ERRORS[refused.args[0]]
        answer = {"error": refused.args[0], "error_description": description, "error_uri": TROUBLE + page}
    headers = {"cache-control": "no-store"}
    if "json" in request.headers.get("accept", ""):
        return json_response(answer, headers=headers)
    content_type = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    return Response(200, {**content_type, **headers}, urlencode(answer).encode())


def _grant(state: State, form: dict[str, str]) -> dict[str, str | int]:
    _check_client(state, form)
    match form.get("grant_type", "authorization_code"):
        case "authorization_code":
            person_id, scopes = _redeem_code(state, form)
        case "refresh_token":
            person_id, scopes = _redeem_refresh_token(state, form)
        case _:
            raise TokenRefused("unsupported_grant_type")
    access, refresh = state.issue(person_id, form["client_id"], scopes)
    answer: dict[str, str | int] = {"access_token": access, "scope": ",".join(sorted(scopes)), "token_type": "bearer"}
    if refresh is None:
        return answer
    settings = state.settings
    return {
        **answer,
        "expires_in": settings.access_lifetime_seconds,
        "refresh_token": refresh,
        "refresh_token_expires_in": settings.refresh_lifetime_seconds,
    }


def _check_client(state: State, form: dict[str, str]) -> None:
    secret, expected = form.get("client_secret", ""), state.settings.client_secret
    known = secret != "" if expected is None else hmac.compare_digest(secret.encode(), expected.encode())
    if not form.get("client_id") or not known:
        raise TokenRefused("incorrect_client_credentials")


def _redeem_code(state: State, form: dict[str, str]) -> tuple[int, frozenset[str]]:
    code = form.get("code", "")
    attempt = state.attempt(code)
    if attempt is None or attempt.person_id is None or attempt.client_id != form["client_id"]:
        raise TokenRefused("bad_verification_code")
    if form.get("redirect_uri", attempt.redirect_uri) != attempt.redirect_uri:
        raise TokenRefused("redirect_uri_mismatch")
    state.forget(code)
    if not _proves(form.get("code_verifier"), attempt.code_challenge):
        raise TokenRefused("bad_verification_code")
    return attempt.person_id, attempt.scopes


def _proves(verifier: str | None, challenge: str | None) -> bool:
    """Return whether a verifier fits its challenge (RFC 7636 §4.6); one without the other never does."""
    if verifier is None or challenge is None:
        return verifier is challenge
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).decode().rstrip("="), challenge)


def _redeem_refresh_token(state: State, form: dict[str, str]) -> tuple[int, frozenset[str]]:
    token = state.live_token(form.get("refresh_token", ""), kind="ghr")
    if token is None or token.client_id != form["client_id"]:
        raise TokenRefused("bad_refresh_token")
    state.revocations.end(token)
    return token.person_id, token.scopes
