"""``/login``, ``/login/github``, ``/callback``, ``/logout``: signing a person in through GitHub."""

import logging

from django.conf import settings
from django.contrib.auth import login as log_in
from django.contrib.auth import logout as log_out
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from social_core.exceptions import AuthCanceled, SocialAuthBaseException

from oauth_bridge import browser as browsers
from oauth_bridge import throttle
from oauth_bridge.browser import Browser
from oauth_bridge.github import attempts, login
from oauth_bridge.models import GitHubCredential, PendingAuthorization, Person
from oauth_bridge.protocol import parameters, scopes
from oauth_bridge.protocol.errors import OAuthError
from oauth_bridge.views import access, pages
from oauth_bridge.views.authorization import answered, code_for
from oauth_bridge.views.redirects import error_url, found

logger = logging.getLogger(__name__)
_BACKEND = "oauth_bridge.github.login.GitHubOAuth2"


@never_cache
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Show the way to sign in."""
    return render(request, "sign_in.html", {"next_url": _safe_path(request.GET.get("next", ""))})


@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to GitHub, for a sign-in that no client asked for."""
    browser = browsers.of(request)
    try:
        throttle.check_sign_in(browser.address, browser.value, is_new=browser.is_new)
    except throttle.Throttled as error:
        return pages.throttled(request, error)
    trip = attempts.begin(
        browser, scope=scopes.at_github(scopes.BASE_SCOPES), next_path=_safe_path(request.GET.get("next", ""))
    )
    response = found(login.begin_url(request, trip, select_account=False))
    browsers.remember(response, browser)
    return response


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Take GitHub's answer: for the browser that began the trip, once, within ten minutes."""
    try:
        sent = parameters.parse(request.META.get("QUERY_STRING", "").encode())
        state = parameters.required(sent, "state")
        parameters.single(sent, "code"), parameters.single(sent, "error")
    except OAuthError:
        return pages.start_again(request)
    browser = browsers.of(request)
    finished = attempts.finish(state, browser)
    if finished is None:
        return pages.start_again(request)
    attempt, trip = finished
    waiting = attempt.pending
    if waiting is not None and not _is_live(waiting):
        return pages.start_again(request)
    return _complete(request, trip, waiting, attempt.next_path, browser)


@never_cache
@require_http_methods(["POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """End the browser session. Sessions of clients go on."""
    log_out(request)
    return render(request, "signed_out.html")


def _complete(
    request: HttpRequest, trip: login.Trip, waiting: PendingAuthorization | None, next_path: str, browser: Browser
) -> HttpResponse:
    def code(person: Person, credential: GitHubCredential) -> str | None:
        return code_for(waiting, person, credential, browser) if waiting else None

    try:
        person, given = login.complete(request, trip, client=waiting.client if waiting else None, also=code)
    except login.SignInRefused as refused:
        logger.info("sign-in refused: %s", refused.reason)
        return access.not_allowed(request, refused, waiting)
    except AuthCanceled:
        if waiting is None:
            return redirect(_safe_path(next_path) or "/")
        return found(error_url(waiting, "access_denied", "The person refused at GitHub."))
    except SocialAuthBaseException as error:
        logger.warning("sign-in failed at GitHub: %s", type(error).__name__)
        return pages.github_failed(request, waiting)
    _begin_browser_session(request, person)
    if waiting is None:
        return redirect(_safe_path(next_path) or settings.LOGIN_REDIRECT_URL)
    return answered(request, waiting, given)


def _begin_browser_session(request: HttpRequest, person: Person) -> None:
    """Sign the person in to the pages, with a new session key (no planted one survives).

    Django changes the CSRF secret as well, which would spoil the consent page that another tab shows. The old one is kept:
    what it guards is guarded by ``Origin`` too, and a consent form carries an id that belongs to this browser alone.
    """
    csrf_secret = request.META.get("CSRF_COOKIE")
    log_in(request, person, backend=_BACKEND)
    if csrf_secret:
        request.META["CSRF_COOKIE"] = csrf_secret


def _is_live(waiting: PendingAuthorization) -> bool:
    """Return whether the request stands, as just read: it may have been denied, or its client switched off, meanwhile."""
    is_in_time = waiting.expires_at > timezone.now()
    is_allowed = waiting.allowed_at is not None and waiting.denied_at is None
    return is_in_time and is_allowed and waiting.client.disabled_at is None


def _safe_path(path: str) -> str:
    """Return a path of this site to go on to, or nothing: never another site, nor what a header or a row cannot hold."""
    is_ours = path.startswith("/") and path.isprintable() and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path[:500] if is_ours else ""
