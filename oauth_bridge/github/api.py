"""GitHub from threads that hold a row or a person up: one request, strict JSON, and an end by a set time whatever happens.

Three kinds of answer count: an object, a definite refusal, and everything else, of which nothing can be concluded.
"""

import atexit
import functools
import logging
import queue
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2
from django.conf import settings

from oauth_bridge import waiting
from wire import strict_json

logger = logging.getLogger(__name__)

SECONDS = 5.0
MAX_BYTES = 200_000

_HEADERS = {
    "Accept": "application/vnd.github+json",
    "Accept-Encoding": "identity",
    "User-Agent": "Gatehouse",
    "X-GitHub-Api-Version": "2022-11-28",
}
# A proxy named in the environment is for the world outside: the simulator is on this machine.
_NO_PROXY: dict[str, httpx2.BaseTransport | None] = {"all://localhost": None, "all://127.0.0.1": None}
# What GitHub's tokens are made of. Anything else would end up in an error message of the HTTP library.
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")
# "Secondary" limits come as 403 and need not bring a header that says so.
_LIMIT = re.compile(r"rate limit|abuse", re.IGNORECASE)


class Unavailable(Exception):
    """GitHub did not answer in time, or not in a way that can be used. Nothing is known."""


class TokenRefused(Exception):
    """GitHub does not accept the token, and will not later."""


class Forbidden(Exception):
    """The token is good, and what was asked is closed to it."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json_object(self) -> dict[str, Any]:
        try:
            value = strict_json.loads(self.body, max_bytes=MAX_BYTES)
        except strict_json.InvalidJSON:
            raise Unavailable from None
        if not isinstance(value, dict):
            raise Unavailable
        return value


def deadline() -> float:
    """Return the end of the time that GitHub gets from now on, in seconds of the monotonic clock."""
    return time.monotonic() + SECONDS


def is_token(text: object) -> bool:
    """Return whether it can be a token of GitHub's."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def get(path: str, *, token: str, until: float) -> dict[str, Any] | None:
    """Return the object at a path of the REST API, or None where GitHub says that there is none (404).

    A refusal counts only in GitHub's own form, an object: an error page of something in between is no answer.

    Raises:
        TokenRefused: 401. Forbidden: 403 that is no limit. Unavailable: everything else.
    """
    if not is_token(token):
        raise TokenRefused
    headers = {**_HEADERS, "Authorization": f"Bearer {token}"}
    answer = _send("GET", f"{settings.GITHUB_API_URL}{path}", headers=headers, form=None, until=until)
    found = answer.json_object()
    match answer.status:
        case 200:
            return found
        case 401:
            raise TokenRefused
        case 403 if not _is_limit(answer, found):
            raise Forbidden
        case 404:
            return None
    raise Unavailable


def exchange(form: dict[str, str], *, until: float) -> dict[str, Any]:
    """Return GitHub's answer to a code (RFC 6749 §4.1.3); a refusal is an object with ``error``, and status 200.

    Raises:
        Unavailable: GitHub does not answer, or with anything else.
    """
    answer = _ask_for_token(form, until=until)
    if answer.status != 200:
        raise Unavailable
    return answer.json_object()


def refresh(refresh_token: str, *, until: float) -> dict[str, Any]:
    """Return GitHub's answer to a refresh token, which is used up by it (GitHub: refreshing user access tokens).

    Raises:
        TokenRefused: the refresh token is used, expired or revoked. Unavailable: everything else.
    """
    form = {
        "client_id": settings.GITHUB_CLIENT_ID,
        "client_secret": settings.GITHUB_CLIENT_SECRET,
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }
    answer = _ask_for_token(form, until=until)
    found = answer.json_object()
    # GitHub sends its errors with status 200.
    if answer.status == 200 and found.get("error") == "bad_refresh_token":
        raise TokenRefused
    if answer.status != 200 or "error" in found or not is_token(found.get("access_token")):
        if found.get("error") == "incorrect_client_credentials":
            logger.error("GitHub does not accept GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET")
        raise Unavailable
    return found


def _ask_for_token(form: dict[str, str], *, until: float) -> _Answer:
    headers = {**_HEADERS, "Accept": "application/json"}
    return _send("POST", f"{settings.GITHUB_URL}/login/oauth/access_token", headers=headers, form=form, until=until)


def _is_limit(answer: _Answer, found: dict[str, Any]) -> bool:
    has_header = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    return has_header or _LIMIT.search(str(found.get("message", ""))) is not None


def _send(method: str, url: str, *, headers: dict[str, str], form: dict[str, str] | None, until: float) -> _Answer:
    """Return the answer, or raise Unavailable at ``until``.

    A thread waits, and may be left behind: the library's timeouts start anew with each byte, and looking up a name has none.
    """
    if until <= time.monotonic():
        raise Unavailable
    waiting.give_back_connection()
    answers: queue.SimpleQueue[_Answer | None] = queue.SimpleQueue()

    def work() -> None:
        answers.put(_exchange(method, url, headers=headers, form=form, until=until))

    threading.Thread(target=work, name="github", daemon=True).start()
    try:
        answer = answers.get(timeout=max(until - time.monotonic(), 0))
    except queue.Empty:
        answer = None
    if answer is None:
        raise Unavailable
    return answer


def _exchange(method: str, url: str, *, headers: dict[str, str], form: dict[str, str] | None, until: float) -> _Answer | None:
    timeout = max(until - time.monotonic(), 0.001)
    try:
        with _client().stream(method, url, headers=headers, data=form, timeout=timeout) as response:
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_BYTES or time.monotonic() > until:
                    return None
            return _Answer(response.status_code, response.headers, bytes(body))
    except httpx2.HTTPError:
        return None


@functools.cache
def _client() -> httpx2.Client:
    """Return the one client: it follows no redirect, keeps no cookie and holds nothing of any person."""
    nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    limits = httpx2.Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=5.0)
    client = httpx2.Client(cookies=nothing, follow_redirects=False, limits=limits, mounts=_NO_PROXY)
    atexit.register(client.close)
    return client
