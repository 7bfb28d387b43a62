"""Advisories on the web server below and on what an operator sees: heads, bodies, logs, the admin."""

import io
import logging
import socket
import time
from importlib.metadata import version
from urllib.parse import urlsplit

from mcpserver import logs
from oauth_bridge.models import AccessToken, Client, Grant, RefreshToken
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import OAuthClient, query, signed_in
from tests.support.processes import read_to_end
from tests.support.raw import ask
from tests.support.tabs import open_consent

FORM = "Content-Type: application/x-www-form-urlencoded"


def at_least(package: str, wanted: tuple[int, ...]) -> bool:
    return tuple(int(part) for part in version(package).split(".")[:3]) >= wanted


def test_cve_2026_44546_control_bytes_in_a_header_are_refused(live: Live) -> None:
    """Daphne: a header with control bytes in it was passed on, and split in two by whoever read it next."""
    assert at_least("daphne", (4, 2, 2))
    client = signed_in(live.url, live.simulator)
    token = f"Authorization: Bearer {client.tokens['access_token']}"
    for byte in ("\x00", "\x0b", "\x0c", "\x1f", "\x7f", "\r"):
        for line in (f"X-Note: a{byte}b", f"X{byte}Note: a"):
            assert ask(live.url, "POST", b"/mcp", headers=(token, line), body=b"{}").status == 400, repr(line)
    assert client.mcp().status_code == 200


def test_cve_2026_44545_no_websocket_is_opened(live: Live) -> None:
    """Daphne: frames of any size were kept in memory. No route here needs one, so none is opened."""
    upgrade = ("Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13")
    parts = urlsplit(live.url)
    for path in ("/mcp", "/", "/sse"):
        head = "\r\n".join((f"GET {path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: Upgrade", *upgrade, "", ""))
        with socket.create_connection(("127.0.0.1", parts.port or 80), timeout=10) as connection:
            connection.sendall(head.encode())
            assert connection.recv(12) != b"HTTP/1.1 101"


def test_cve_2025_14550_repeated_headers_cost_nothing(live: Live) -> None:
    """Django: joining repeated headers took time that grew with the square of their number."""
    for count in (90, 5000):
        started = time.monotonic()
        assert ask(live.url, "POST", b"/token", headers=(FORM, *["X-Many: 1"] * count), body=b"a=b").status in {400, 401, 431}
        assert time.monotonic() - started < 1


def test_cve_2026_33034_and_cve_2026_5766_a_body_is_counted_without_its_length(live: Live) -> None:
    """Django: without ``Content-Length``, or with a wrong one, the limit on a body's size was not applied."""
    parts = urlsplit(live.url)
    token = signed_in(live.url, live.simulator).tokens["access_token"]
    fields = (f"Host: {parts.netloc}", f"Authorization: Bearer {token}", "Transfer-Encoding: chunked", "Connection: close")
    json = ("Content-Type: application/json", "Accept: application/json, text/event-stream")
    for path, kind in (("/token", (FORM,)), ("/auth", (FORM,)), ("/register", json), ("/mcp", json)):
        head = "\r\n".join((f"POST {path} HTTP/1.1", *fields, *kind, "", ""))
        with socket.create_connection(("127.0.0.1", parts.port or 80), timeout=20) as connection:
            connection.sendall(head.encode())
            try:
                for _ in range(50):
                    connection.sendall(b"%x\r\n%b\r\n" % (100_000, b"a" * 100_000))
                connection.sendall(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                pass
            assert read_to_end(connection).split()[1] == b"413", path


def test_cve_2026_3902_a_name_with_an_underscore_stands_for_no_other(live: Live) -> None:
    """Django: under ASGI a hyphen and an underscore in a header's name were one, so that a proxy's rules could be passed by."""
    body = b"grant_type=refresh_token&client_id=nobody"
    assert ask(live.url, "POST", b"/token", headers=(FORM,), body=body).status == 401
    assert ask(live.url, "POST", b"/token", headers=(FORM.replace("-", "_", 1),), body=body).status == 400
    both = ("Content-Type: text/plain", FORM.replace("-", "_", 1))
    for pair in (both, both[::-1]):
        assert ask(live.url, "POST", b"/token", headers=pair, body=body).status == 400


def test_dot_1735_no_log_at_any_level_holds_a_secret(live: Live) -> None:
    """django-oauth-toolkit 3.4.0: its debug log had codes, tokens and secrets. Everything is written down here, at DEBUG."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    handler.setFormatter(logs.JsonFormatter())
    loggers = [
        root,
        *(logging.getLogger(name) for name in ("oauth2_provider", "oauthlib", "social", "oauth_bridge", "mcpserver")),
    ]
    before = [logger.level for logger in loggers]
    root.addHandler(handler)
    try:
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        client = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_post")
        browser, consent = open_consent(live, client)
        trip = browser.press(consent, "allow").headers["location"]
        callback = browser.at_github(trip, login="alice").headers["location"]
        assert client.redeem(callback).status_code == client.refresh().status_code == 200
    finally:
        root.removeHandler(handler)
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
    text = stream.getvalue()
    secrets = [client.client_secret, client.verifier, query(callback)["code"], query(trip)["state"], consent.fields["pending"]]
    secrets += [client.tokens["access_token"], client.tokens["refresh_token"]]
    assert "/token" in text, "nothing was collected: this test proves nothing"
    assert not [secret for secret in secrets if not secret or secret in text]


def test_dot_1736_the_admin_shows_no_token(live: Live) -> None:
    """django-oauth-toolkit: the stock admin listed access and refresh tokens, codes and secrets for every operator to copy."""
    client = signed_in(live.url, live.simulator, token_endpoint_auth_method="client_secret_post")
    operator = Operator(live)
    text = operator.page("") + operator.page("oauth_bridge/client/") + operator.page("oauth_bridge/session/")
    text += operator.page(f"oauth_bridge/client/{Client.objects.get().pk}/change/")
    for model in ("accesstoken", "refreshtoken", "grant", "idtoken", "githubcredential"):
        assert operator.http.get(f"/admin/oauth_bridge/{model}/").status_code == 404, model
    hidden = [client.client_secret, client.tokens["access_token"], client.tokens["refresh_token"]]
    hidden += [AccessToken.objects.get().token_checksum, RefreshToken.objects.get().token_checksum]
    hidden += [Grant.objects.get().code, Client.objects.get().client_secret]
    assert not [value for value in hidden if not value or value in text]
