"""From GitHub's refusal to the error that says what to do. Values in, an error out."""

import re
from collections.abc import Mapping

from tools.github import errors

LONGEST_WAIT_SECONDS = 86_400
# Where GitHub names no time: "wait for at least one minute".
SECONDARY_WAIT_SECONDS = 60

# "Secondary" limits come as 403 and need not bring a header that says so.
_LIMIT = re.compile(r"secondary rate limit|rate limit exceeded|abuse detection", re.IGNORECASE)
_RESTRICTED = re.compile(r"OAuth App access restrictions", re.IGNORECASE)
_SCOPE = re.compile(r"[a-z_]+(:[a-z_]+)?")
_SSO = re.compile(r"required;\s*url=(\S{1,1000})(?!\S)")
_PLAIN_URL = re.compile(r"[A-Za-z0-9/:.?&=_~%-]+")


def for_status(
    status: int, headers: Mapping[str, str], *, now: float, body: str = "", web_url: str = ""
) -> errors.GitHubError | None:
    """Return the error of an HTTP status, or None for 200 and 201.

    ``now`` is in seconds since the epoch, ``body`` the beginning of the answer's text, ``web_url`` GitHub's web root, within
    which a person may be sent. Limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    match status:
        case 200 | 201:
            return None
        case 301:
            return errors.Moved()
        case 401:
            return errors.TokenRefused()
        case 403:
            return _forbidden(headers, now=now, body=body, web_url=web_url)
        case 404:
            return errors.NotFound()
        case 409 | 422:
            return errors.NotAccepted()
        case 410:
            return errors.Gone()
        case 429:
            return errors.Limited(_wait_seconds(headers, now))
        case 502 | 503 | 504:
            return errors.PassingServerFault(status)
        case _ if 500 <= status <= 599:
            return errors.ServerFault(status)
        case _:
            return errors.Unexpected()


def is_primary_limit(headers: Mapping[str, str]) -> bool:
    """Return whether a limit is about this kind of request; a secondary one is about everything."""
    return headers.get("x-ratelimit-remaining") == "0" and "retry-after" not in headers


def is_partial(headers: Mapping[str, str]) -> bool:
    """Return whether a list lacks what is behind an organization's single sign-on."""
    return headers.get("x-github-sso", "").startswith("partial-results")


def _forbidden(headers: Mapping[str, str], *, now: float, body: str, web_url: str) -> errors.GitHubError:
    if "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0":
        return errors.Limited(_wait_seconds(headers, now))
    if headers.get("x-github-sso", "").startswith("required"):
        return errors.SingleSignOnNeeded(_sso_url(headers["x-github-sso"], web_url))
    if _RESTRICTED.search(body):
        return errors.NotApproved()
    if _LIMIT.search(body):
        return errors.Limited(SECONDARY_WAIT_SECONDS)
    accepted, held = (_scopes(headers.get(name, "")) for name in ("x-accepted-oauth-scopes", "x-oauth-scopes"))
    if accepted and not accepted & held:
        return errors.ScopeMissing(accepted)
    return errors.Forbidden()


def _scopes(header: str) -> set[str]:
    return {scope for part in header[:500].split(",") if _SCOPE.fullmatch(scope := part.strip())}


def _sso_url(header: str, web_url: str) -> str | None:
    """Return the page to open, if it is one of this GitHub's own: nobody is sent elsewhere on a header's word."""
    found = _SSO.match(header)
    url = found[1] if found else ""
    is_own = any(url.startswith(f"{web_url.rstrip('/')}/{place}/") for place in ("orgs", "enterprises"))
    return url if web_url and is_own and _PLAIN_URL.fullmatch(url) else None


def _wait_seconds(headers: Mapping[str, str], now: float) -> int | None:
    after = _whole_number(headers.get("retry-after", ""))
    if after is None:
        reset = _whole_number(headers.get("x-ratelimit-reset", ""))
        after = None if reset is None else max(0, reset - int(now))
    return after if after is None or after <= LONGEST_WAIT_SECONDS else None


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
