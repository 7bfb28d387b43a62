"""The connection doctor: what a client sees first, asked at our own public address, and what to do where it is wrong.

Each check is an exchange (what to ask) and a judgement (pure: the answer in, a finding out).
"""

import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from mcpserver.dashboard.health import Part

PATIENCE_SECONDS = 4.0
_WEB_CLIENT = "https://claude.ai"
# A browser's question before it lets a page of that origin speak to us (Fetch standard, "CORS protocol").
_ASKS_LEAVE = (
    ("Origin", _WEB_CLIENT),
    ("Access-Control-Request-Method", "POST"),
    ("Access-Control-Request-Headers", "content-type"),
)
_LEAVE_GIVEN = "The browser's question is answered"
_UNREACHED = (
    "Check that PUBLIC_URL is the address that clients use, that its name resolves here, and that the certificate is good."
)
_PROXY = "Check that the proxy passes the whole path to this server, and keeps Host."
_RENEW_DAYS = 14


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``body`` is the JSON object, empty where there was none."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome. ``fix`` is empty where all is well."""

    title: str
    asked: str
    is_good: bool
    says: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What to ask, and ``judge``: from the answer to what is wrong with it and how to mend that, or None."""

    title: str
    method: str
    url: str
    judge: Callable[[Answer], tuple[str, str] | None]
    good: str
    headers: tuple[tuple[str, str], ...] = ()


def examine() -> list[Finding]:
    """Ask everything at once; a few seconds at most."""
    origin = settings.PUBLIC_URL
    with ThreadPoolExecutor(8, thread_name_prefix="doctor") as pool:
        findings = list(pool.map(_carry_out, checks(origin)))
        if origin.startswith("https://"):
            findings.append(_certificate(origin))
    return findings


def summary(findings: list[Finding]) -> Part:
    """Return the findings in one line."""
    wrong = [finding for finding in findings if not finding.is_good]
    if not wrong:
        return Part("Seen from outside", "good", f"{settings.PUBLIC_URL} answers as clients expect")
    return Part("Seen from outside", "bad", f"{len(wrong)} of {len(findings)} checks fail: {wrong[0].title}", wrong[0].fix)


def checks(origin: str) -> list[Check]:
    """Return every check for a public URL (no trailing slash). Pure."""
    metadata = f"{origin}/.well-known/oauth-protected-resource"
    server = f"{origin}/.well-known/oauth-authorization-server"
    challenged = "401 with a challenge that names our metadata"
    found = [
        Check("A call without a token is sent to sign in", "POST", f"{origin}/mcp", _challenge(f"{metadata}/mcp"), challenged),
        Check(
            "The endpoint's metadata", "GET", f"{metadata}/mcp", _names("resource", f"{origin}/mcp"), "It names this endpoint"
        ),
        Check("The metadata at the root", "GET", metadata, _names("resource", origin), "It names this server"),
        Check("The authorization server's metadata", "GET", server, _names("issuer", origin), "It names this server as issuer"),
        Check("A web page may register a client", "OPTIONS", f"{origin}/register", _preflight, _LEAVE_GIVEN, _ASKS_LEAVE),
        Check("A web page may ask for tokens", "OPTIONS", f"{origin}/token", _preflight, _LEAVE_GIVEN, _ASKS_LEAVE),
        Check("The server is ready", "GET", f"{origin}/health/ready", _is_200, "Database and cache answer"),
    ]
    if origin.startswith("https://"):
        plain = f"http://{urlsplit(origin).hostname}/mcp"
        found.append(Check("Plain http leads to https", "POST", plain, _redirect(origin), "It redirects and keeps POST a POST"))
    return found


def _carry_out(check: Check) -> Finding:
    asked = f"{check.method} {check.url}"
    try:
        answer = _ask(check)
    except httpx2.HTTPError as error:
        return Finding(check.title, asked, is_good=False, says=f"No answer ({type(error).__name__})", fix=_UNREACHED)
    wrong = check.judge(answer)
    if wrong is None:
        return Finding(check.title, asked, is_good=True, says=check.good)
    return Finding(check.title, asked, is_good=False, says=wrong[0], fix=wrong[1])


def _ask(check: Check) -> Answer:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"} if check.method == "POST" else None
    headers = {"Accept": "application/json, text/event-stream", **dict(check.headers)}
    # Not followed: a redirect is one of the things that may be wrong.
    answer = httpx2.request(
        check.method, check.url, json=body, headers=headers, timeout=PATIENCE_SECONDS, follow_redirects=False
    )
    try:
        document = answer.json()
    except ValueError:
        document = None
    return Answer(answer.status_code, dict(answer.headers), document if isinstance(document, dict) else {})


def _challenge(metadata: str) -> Callable[[Answer], tuple[str, str] | None]:
    def judge(answer: Answer) -> tuple[str, str] | None:
        if 300 <= answer.status < 400:
            return (
                f"Redirected to {answer.headers.get('location', 'nowhere')}",
                "Clients stop at a redirect: set PUBLIC_URL to where it leads.",
            )
        if answer.status != 401:
            return f"Answered {answer.status}, not 401", _PROXY
        if f'resource_metadata="{metadata}"' not in answer.headers.get("www-authenticate", ""):
            return "The challenge does not name our metadata", "The proxy must pass the WWW-Authenticate header as it is."
        return None

    return judge


def _names(key: str, value: str) -> Callable[[Answer], tuple[str, str] | None]:
    def judge(answer: Answer) -> tuple[str, str] | None:
        if answer.status != 200:
            return (
                f"Answered {answer.status}, not 200",
                "The proxy must pass /.well-known/ to this server, not to files of its own.",
            )
        if (said := answer.body.get(key)) != value:
            return (
                f"Its {key} is {said!r}, not {value!r}",
                "Another server answers there, or PUBLIC_URL differs between replicas.",
            )
        return None

    return judge


def _preflight(answer: Answer) -> tuple[str, str] | None:
    if 200 <= answer.status < 300 and answer.headers.get("access-control-allow-origin") in ("*", _WEB_CLIENT):
        return None
    return (
        f"Answered {answer.status} without leave for web pages",
        "The proxy must pass OPTIONS requests, and add no CORS headers of its own.",
    )


def _is_200(answer: Answer) -> tuple[str, str] | None:
    return (
        None if answer.status == 200 else (f"Answered {answer.status}", "See the health of database and Redis on the overview.")
    )


def _redirect(origin: str) -> Callable[[Answer], tuple[str, str] | None]:
    def judge(answer: Answer) -> tuple[str, str] | None:
        if answer.status in (301, 302, 303):
            return f"Redirects with {answer.status}", "A POST becomes a GET and loses its body: let the proxy answer 308."
        if answer.status not in (307, 308) or not answer.headers.get("location", "").startswith(origin):
            return f"Answered {answer.status}", f"Let the proxy redirect plain http to {origin} with 308."
        return None

    return judge


def _certificate(origin: str) -> Finding:
    parts = urlsplit(origin)
    host, port = parts.hostname or "", parts.port or 443
    title, asked = "The certificate", f"TLS {host}:{port}"
    try:
        with (
            socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            found: Any = secured.getpeercert() or {}
    except OSError as error:
        reason = getattr(error, "verify_message", "") or type(error).__name__
        return Finding(title, asked, is_good=False, says=f"Not accepted: {reason}", fix="Renew it, and serve the whole chain.")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), UTC)
    left = (ends - datetime.now(UTC)).days
    fix = "Renew it now: clients stop on the day it ends." if left < _RENEW_DAYS else ""
    return Finding(title, asked, is_good=not fix, says=f"Good for {left} more days", fix=fix)
