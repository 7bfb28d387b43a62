"""Inputs that no honest program sends, at every endpoint: the standard's error, no traceback, and service goes on.

One table: endpoint, what is sent, and the exact status and error that come back.
"""

import json
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest

from oauth_bridge.models import Client
from tests.conftest import Live
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.raw import RawAnswer, ask
from tests.support.rows import granted

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
DEEP = b"[" * 100_000 + b"]" * 100_000
BIG = b"a=" + b"b" * 1_100_000


@dataclass(frozen=True)
class Case:
    """One wrong request. ``error`` is what a program reads; None where nothing is promised but the status."""

    method: str
    target: bytes
    status: int
    error: str | None = None
    kind: str | None = None
    body: bytes | None = None
    headers: tuple[str, ...] = field(default=())


METADATA = "invalid_client_metadata"
CASES = [
    # /register
    Case("POST", b"/register", 400, METADATA, JSON, b"{"),
    Case("POST", b"/register", 400, METADATA, JSON, b""),
    Case("POST", b"/register", 400, METADATA, JSON, b"null"),
    Case("POST", b"/register", 400, METADATA, JSON, b"[]"),
    Case("POST", b"/register", 400, METADATA, JSON, b'"text"'),
    Case("POST", b"/register", 400, METADATA, JSON, b'{"redirect_uris": NaN}'),
    Case("POST", b"/register", 400, METADATA, JSON, b'{"client_name": "\\ud800", "redirect_uris": ["https://c.example/"]}'),
    Case("POST", b"/register", 400, METADATA, JSON, b'{"client_name": "\xff", "redirect_uris": ["https://c.example/"]}'),
    Case("POST", b"/register", 400, METADATA, JSON, '{"redirect_uris": ["https://c.example/"]}'.encode("utf-16")),
    Case("POST", b"/register", 400, METADATA, JSON, DEEP),
    Case("POST", b"/register", 400, METADATA, JSON, b'{"a":' * 70 + b"1" + b"}" * 70),
    Case("POST", b"/register", 400, METADATA, JSON, b'{"n": ' + b"9" * 60_000 + b"}"),
    Case("POST", b"/register", 400, METADATA, JSON, b'{"client_name": "' + b"a" * 70_000 + b'"}'),
    Case("POST", b"/register", 413, "invalid_request", JSON, BIG),
    Case("POST", b"/register", 400, METADATA, FORM, b"redirect_uris=https://c.example/"),
    Case("POST", b"/register", 400, METADATA, "text/plain", b'{"redirect_uris": ["https://c.example/"]}'),
    Case("POST", b"/register", 400, METADATA, None, b'{"redirect_uris": ["https://c.example/"]}'),
    Case("GET", b"/register", 405, "invalid_request"),
    Case("PUT", b"/register", 405, "invalid_request", JSON, b"{}"),
    Case("DELETE", b"/register", 405, "invalid_request"),
    # /token and /revoke
    Case("POST", b"/token", 401, "invalid_client", FORM, b""),
    Case("POST", b"/token", 400, "invalid_request", FORM, b"a=%00"),
    Case("POST", b"/token", 400, "invalid_request", FORM, b"\x00"),
    Case("POST", b"/token", 400, "invalid_request", FORM, b"a=%ff"),
    Case("POST", b"/token", 400, "invalid_request", FORM, b"client_id=a&client_id=a"),
    Case("POST", b"/token", 400, "invalid_request", JSON, b'{"grant_type": "refresh_token"}'),
    Case("POST", b"/token", 400, "invalid_request", f"{FORM}, {JSON}", b"a=b"),
    Case("POST", b"/token", 400, "invalid_request", "multipart/form-data; boundary=x", b"--x\r\n"),
    Case("POST", b"/token", 413, "invalid_request", FORM, BIG),
    Case("POST", b"/token", 400, "invalid_request", FORM, b"a=" + b"b" * 40_000),
    Case("POST", b"/token?client_id=%ff", 401, "invalid_client", FORM, b""),
    Case("GET", b"/token", 405, "invalid_request"),
    Case("HEAD", b"/token", 405),
    Case("PATCH", b"/token", 405, "invalid_request", FORM, b"a=b"),
    Case("PROPFIND", b"/token", 405, "invalid_request"),
    Case("POST", b"/revoke", 401, "invalid_client", FORM, b"token=x"),
    Case("POST", b"/revoke", 400, "invalid_request", FORM, b"token=%00"),
    Case("POST", b"/revoke", 400, "invalid_request", JSON, b"{}"),
    Case("POST", b"/revoke", 413, "invalid_request", FORM, BIG),
    Case("GET", b"/revoke?token=x", 405, "invalid_request"),
    # /auth
    Case("GET", b"/auth", 400, "invalid_request"),
    Case("GET", b"/auth?client_id=a&client_id=a", 400, "invalid_request"),
    Case("GET", b"/auth?client_id=%00", 400, "invalid_request"),
    Case("GET", b"/auth?client_id=%ff", 400, "invalid_request"),
    Case("GET", b"/auth?client_id=%", 400, "invalid_request"),
    Case("GET", b"/auth?client_id=" + b"a" * 300, 400, "invalid_request"),
    Case("GET", b"/auth?" + b"&".join(b"a%d=" % n for n in range(100)), 400, "invalid_request"),
    Case("GET", b"/auth?client_id=" + b"a" * 20_000, 414, "invalid_request"),
    Case("GET", b"/auth?client_id=nobody", 400, "invalid_client"),
    Case("HEAD", b"/auth?client_id=nobody", 405),
    Case("POST", b"/auth", 403, "access_denied", FORM, b"decision=allow&pending=x"),
    Case("POST", b"/auth", 403, "access_denied", "multipart/form-data; boundary=x", b"--x\r\nnonsense"),
    Case("POST", b"/auth", 413, "invalid_request", FORM, BIG),
    Case("POST", b"/auth", 403, "access_denied", f"{FORM}; charset=utf-7", b"pending=+2AA-"),
    Case("POST", b"/auth", 403, "access_denied", "multipart/form-data; boundary=x; charset=rot13", b"--x--"),
    # sign-in
    Case("GET", b"/callback", 400, "invalid_request"),
    Case("GET", b"/callback?state=%00", 400, "invalid_request"),
    Case("GET", b"/callback?state=%ff&code=x", 400, "invalid_request"),
    Case("GET", b"/callback?state=a&state=b", 400, "invalid_request"),
    Case("GET", b"/callback?state=" + b"a" * 10_000, 400, "invalid_request"),
    Case("POST", b"/callback", 403, "access_denied", FORM, b"state=a"),
    Case("GET", b"/login?next=%00", 200),
    Case("GET", b"/login?next=%ff", 200),
    Case("GET", b"/login/github?next=%00%ff", 303),
    Case("POST", b"/logout", 403, "access_denied", FORM, b""),
    Case("GET", b"/logout", 405),
    # discovery, pages, the dashboard
    Case("GET", b"/.well-known/%00", 400, "invalid_request"),
    Case("GET", b"/.well-known/oauth-authorization-server%0a", 400, "invalid_request"),
    Case("GET", b"/.well-known/%ff", 400, "invalid_request"),
    Case("GET", b"/.well-known/" + b"a" * 17_000, 414, "invalid_request"),
    Case("GET", b"/.well-known/../admin/", 404, "not_found"),
    Case("GET", b"/static/../../etc/passwd", 404, "not_found"),
    Case("GET", b"/static/%2e%2e/%2e%2e/manage.py", 404, "not_found"),
    Case("GET", b"/static/..%5c..%5cmanage.py", 400, "invalid_request"),
    Case("GET", b"/%ff", 400, "invalid_request"),
    Case("GET", b"/?q=%ff", 200),
    Case("POST", b"/", 403, "access_denied", FORM, b"a=b"),
    Case("GET", b"/admin/oauth_bridge/session/%00/", 400, "invalid_request"),
    Case("POST", b"/admin/login/", 403, "access_denied", FORM, b"username=a"),
    Case("GET", b"/nothing/here", 404, "not_found"),
    # heads
    Case("GET", b"/health", 200, None, None, None, ("X-Odd: \x80\xff",)),
    Case("GET", b"/auth?client_id=nobody", 400, "invalid_request", None, None, ("Host: evil.example",)),
    Case("POST", b"/token", 400, "invalid_request", FORM, b"a=b", ("Content-Type: application/json",)),
    Case("GET", b"/auth", 400, "invalid_request", None, None, ("Cookie: gatehouse_browser=\x80; gatehouse_csrf=\xff; =; a",)),
    Case("GET", b"/", 200, None, None, None, ("Cookie: gatehouse_session=" + "x" * 4000,)),
    Case("GET", b"/", 200, None, None, None, ("Accept-Language: " + "x" * 8000,)),
    Case("GET", b"/nothing", 404, None, None, None, ("Accept: " + ",".join(["*/*;q=nan"] * 300),)),
    Case("GET", b"/", 431, None, None, None, tuple(f"X-{number}: a" for number in range(120))),
]


def send(live: Live, case: Case) -> RawAnswer:
    kind = (f"Content-Type: {case.kind}",) if case.kind else ()
    accept = () if any(line.startswith("Accept:") for line in case.headers) else ("Accept: application/json",)
    return ask(live.url, case.method, case.target, headers=(*case.headers, *accept, *kind), body=case.body)


def fault_of(answer: RawAnswer, case: Case) -> str | None:
    """Return what is wrong with an answer, or None."""
    if answer.status != case.status:
        return f"{answer.status} instead of {case.status}: {answer.body[:200]}"
    if any(word in answer.body for word in ("Traceback", "site-packages", "django.", "Exception", "sqlite", "psycopg")):
        return f"it tells of its insides: {answer.body[:300]}"
    if case.error is None:
        return None
    try:
        said = json.loads(answer.body)["error"]
    except (ValueError, KeyError, TypeError):
        return f"no error object: {answer.head[:300]} {answer.body[:200]}"
    return None if said == case.error else f"{said} instead of {case.error}"


def test_every_wrong_input_gets_its_answer_and_service_goes_on(live: Live) -> None:
    client = OAuthClient.register(live.url)
    faults = []
    for case in CASES:
        if fault := fault_of(send(live, case), case):
            faults.append(f"{case.method} {case.target[:60]!r} {case.kind} {(case.body or b'')[:40]!r} {case.headers}: {fault}")
        # An honest request after each: nothing stalls or dies of what came before it (CVE-2025-53365).
        if client.http.get("/.well-known/oauth-authorization-server").status_code != 200:
            faults.append(f"after {case}")
    assert not faults, "\n".join(faults)
    assert granted() == {}
    assert Client.objects.count() == 1
    assert signed_in(live.url, live.simulator).mcp().status_code == 200


def test_wrong_inputs_behind_a_live_form_are_no_faults(live: Live) -> None:
    """The same for someone who holds cookie and token: odd charsets, files instead of fields, too many fields."""
    browser = live.browser()
    consent = browser.consent(OAuthClient.register(live.url).authorize_url())
    token, origin = (
        consent.fields["csrfmiddlewaretoken"],
        {"Origin": live.url, "X-CSRFToken": consent.fields["csrfmiddlewaretoken"]},
    )
    part = b'--x\r\nContent-Disposition: form-data; name="pending"%s\r\n\r\n+2AA-\r\n--x--\r\n'
    bodies: list[tuple[str, bytes, set[int]]] = [
        ("multipart/form-data; boundary=x; charset=utf-7", part % b"", {400}),
        ("multipart/form-data; boundary=x; charset=rot13", part % b"", {400}),
        ("multipart/form-data; boundary=x; charset=utf-16", part % b"", {400}),
        ("multipart/form-data; boundary=x", part % b'; filename="a.txt"', {400}),
        ("multipart/form-data", part % b"", {400, 403}),
        ("multipart/form-data; boundary=" + "x" * 300, part % b"", {400, 403}),
        (f"{FORM}; charset=utf-7", b"pending=+2AA-", {400}),
        (f"{FORM}; charset=rot13", b"pending=a", {400}),
        (FORM, b"&".join(b"a%d=b" % number for number in range(300)), {400}),
        (FORM, b"pending=%ff%00&decision=allow", {400}),
        ("application/json", b'{"pending": "x"}', {400}),
    ]
    for kind, body, expected in bodies:
        answer = browser.http.post("/auth", content=body, headers={**origin, "Content-Type": kind})
        assert answer.status_code in expected, (kind, answer.status_code, body[:60])
        assert "Traceback" not in answer.text
    assert token
    assert browser.press(consent, "allow").status_code == 303


@pytest.mark.parametrize("header", ["Accept: application/json", "Accept: text/html"])
def test_a_reference_is_given_and_nothing_is_echoed(live: Live, header: str) -> None:
    """What a stranger sent does not come back on our pages; the operator finds it by the reference."""
    marker = "zqx7marker"
    for target in (
        f"/auth?client_id={marker}",
        f"/callback?state={marker}",
        f"/{marker}",
        f"/auth?client_id=a&{quote('<' + marker)}=1",
    ):
        answer = ask(live.url, "GET", target.encode(), headers=(header,))
        assert answer.status in {400, 404}
        assert marker not in answer.body, target
        request_id = next(line for line in answer.head.split("\r\n") if line.lower().startswith("x-request-id:")).split()[1]
        assert request_id in answer.body, target


@pytest.mark.parametrize(
    "path", ["/", "/auth", "/callback", "/login", "/login/github", "/account", "/token", "/register", "/mcp"]
)
def test_thousands_of_parameters_are_a_plain_400(live: Live, path: str, caplog: pytest.LogCaptureFixture) -> None:
    """Django counts fields as well, and its own error page fails on such a request: it must never get there."""
    answer = connect(live.url).get(f"{path}?{'a=1&' * 1100}")
    assert answer.status_code == 400
    form = connect(live.url).post(path, content="a=1&" * 1100, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert form.status_code < 500
    assert not [record for record in caplog.records if record.exc_info]
