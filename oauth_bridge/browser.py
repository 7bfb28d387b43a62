"""What tells one browser from another: a random cookie of its own, apart from any sign-in, and facts for the operator."""

import re
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from oauth_bridge.protocol import tokens

_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Browser:
    """The browser of a request. ``checksum`` is what tables keep; the cookie's value stays in the browser.

    ``is_new`` says that it brought no cookie of ours, and gets one now.
    """

    value: str
    address: str | None
    user_agent: str
    is_new: bool = False

    @property
    def checksum(self) -> str:
        """SHA-256 of the cookie's value."""
        return tokens.checksum(self.value)


def of(request: HttpRequest) -> Browser:
    """Return the browser of a request; a new one where it brought no cookie of ours."""
    value = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    if is_new := not _FORM.fullmatch(value):
        value = secrets.token_urlsafe(32)
    return Browser(value, address(request), request.headers.get("User-Agent", "")[:200], is_new)


def remember(response: HttpResponse, browser: Browser) -> None:
    """Let the browser keep its cookie: for this session, by no script, not sent along from other sites' forms."""
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        browser.value,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def address(request: HttpRequest) -> str | None:
    """Return the client's address, as the outermost wrapper found it."""
    return request.META.get("REMOTE_ADDR") or None
