"""``/login/oauth/authorize``, as GitHub answers it: a page, a press of a button, and the way back with a code.

After a button is pressed the answer is a small page that sends the browser on, as GitHub's is, not a 302: a redirect would
still count as the form's own submission, and the page's ``form-action`` would have to name every place behind the callback.
"""

import re
import secrets
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from oauth_bridge.github.simulator import pages
from oauth_bridge.github.simulator.hosts import is_loopback
from oauth_bridge.github.simulator.messages import Request, Response
from oauth_bridge.github.simulator.scopes import parse_scopes
from oauth_bridge.github.simulator.state import Attempt, State

TROUBLE = "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-"
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,200}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")

_DENIED = {
    "error": "access_denied",
    "error_description": "The user has denied your application access.",
    "error_uri": TROUBLE + "authorization-request-errors/#access-denied",
}


class BadRequest(Exception):
    """An authorization request that GitHub would not show a page for. The message is safe to show."""


def authorize_page(state: State, request: Request) -> Response:
    """Answer ``GET /login/oauth/authorize``: a page with a button for each person."""
    try:
        attempt = _parse_attempt(request.parameters(), now=state.now())
    except BadRequest as error:
        return pages.error(400, str(error))
    ticket = secrets.token_urlsafe(16)
    state.remember(attempt, ticket)
    return pages.choose(attempt, ticket=ticket, people=list(state.people))


def authorize_answer(state: State, request: Request) -> Response:
    """Answer the press of a button: send the browser back with a code, or with ``access_denied``."""
    form = request.form()
    attempt = state.attempt(form.get("ticket", ""))
    if attempt is None or attempt.person_id is not None:
        return pages.error(400, "This page is too old, or the simulator was started again. Begin again at the application.")
    if "cancel" in form:
        return pages.send_on(_callback(attempt, _DENIED))
    person = state.people.find(form.get("login", ""))
    if person is None:
        return pages.error(400, "There is no such person any more. Begin again at the application.")
    code = secrets.token_hex(10)
    state.remember(replace(attempt, person_id=person.id, created_at=state.now()), code)
    return pages.send_on(_callback(attempt, {"code": code}))


def _parse_attempt(parameters: dict[str, str], *, now: float) -> Attempt:
    if not _CLIENT_ID.fullmatch(parameters.get("client_id", "")):
        raise BadRequest("client_id is missing, or has spaces or letters beyond ASCII.")
    challenge = parameters.get("code_challenge") or None
    if challenge is not None and parameters.get("code_challenge_method") != "S256":
        raise BadRequest("code_challenge_method must be S256.")
    if challenge is not None and not _CHALLENGE.fullmatch(challenge):
        raise BadRequest("code_challenge must be 43 characters of base64url.")
    return Attempt(
        client_id=parameters["client_id"],
        redirect_uri=_usable(parameters.get("redirect_uri", "")),
        scopes=parse_scopes(parameters.get("scope", "")),
        state=parameters.get("state"),
        code_challenge=challenge,
        created_at=now,
    )


def _usable(redirect_uri: str) -> str:
    """Return a redirect URI that may be used: GitHub knows the registered one, the simulator only what is harmless."""
    try:
        parts = urlsplit(redirect_uri)
        host = parts.hostname or ""
    except ValueError:
        raise BadRequest("redirect_uri is not a URL.") from None
    if not host or parts.fragment or "@" in parts.netloc or re.search(r"[\x00-\x20\x7f]", redirect_uri):
        raise BadRequest("redirect_uri must be an absolute URL without user, fragment or spaces.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise BadRequest("redirect_uri must be https, or http on this machine.")
    return redirect_uri


def _callback(attempt: Attempt, answer: dict[str, str]) -> str:
    if attempt.state is not None:
        answer = {**answer, "state": attempt.state}
    separator = "&" if urlsplit(attempt.redirect_uri).query else "?"
    return attempt.redirect_uri + separator + urlencode(answer)
