"""The fetcher, against a real TLS server and a listener that nobody may reach (AS-65 to AS-67)."""

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler

import pytest

from oauth_bridge.documents.fetch import Fetcher, FetchFailed
from tests.oauth_bridge.protocol.test_client_urls import BAD
from tests.oauth_bridge.protocol.test_public_addresses import SPECIAL
from tests.support.document_site import URL, DocumentSite, document, document_site, page

MAX = 10_000
PUBLIC = "93.184.216.34"


class Canary:
    """A listener on every loopback address, that counts who comes."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.visits = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.socket.close()


def test_a_document_is_fetched_by_its_name_over_tls(site: DocumentSite) -> None:
    """SNI, Host header and certificate go by the name, though the connection goes to an address."""
    site.publish(document(), ETag='"1"', Cache_Control="max-age=60")
    answer = site.fetcher().get(URL, max_bytes=MAX)
    assert answer.body is not None
    assert b'"client_name": "Client"' in answer.body
    assert (answer.headers["etag"], answer.headers["cache-control"]) == ('"1"', "max-age=60")
    ((host, path, headers),) = site.requests
    assert (host, path) == ("client.example", "/client.json")
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert not {"cookie", "authorization", "referer", "if-none-match"} & headers.keys()


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/cimd+json", "application/jwk-set+json"]
)
def test_json_has_several_names(site: DocumentSite, kind: str) -> None:
    site.publish(document(), Content_Type=kind)
    assert site.fetcher().get(URL, max_bytes=MAX).body


def test_a_confirmed_copy_comes_without_a_body(site: DocumentSite) -> None:
    site.pages["/client.json"] = page(b"", status=304, Content_Length="0", ETag='"1"')
    assert site.fetcher().get(URL, max_bytes=MAX, etag='"1"').body is None
    assert site.requests[0][2]["if-none-match"] == '"1"'
    with pytest.raises(FetchFailed, match="304"):
        site.fetcher().get(URL, max_bytes=MAX)


def _answer(addresses: list[str], _host: str, _timeout_seconds: float) -> list[str]:
    return addresses


@pytest.mark.parametrize("address", SPECIAL)
def test_no_special_address_is_ever_connected_to(canary: Canary, address: str) -> None:
    """AS-66: alone, before and behind a public one: which one would be tried is the attacker's choice."""
    for addresses in ([address], [PUBLIC, address], [address, PUBLIC]):
        # The true rule of the product, with nothing allowed but what it allows.
        fetcher = Fetcher(resolve=partial(_answer, addresses), port=canary.port)
        with pytest.raises(FetchFailed, match="public internet"):
            fetcher.get(URL, max_bytes=MAX)
    assert canary.visits == 0


def test_the_canary_would_notice(canary: Canary) -> None:
    """The test above can fail: with the rule taken away, somebody comes."""
    fetcher = Fetcher(resolve=lambda *_: ["127.0.0.1"], is_allowed=lambda _: True, port=canary.port)
    with pytest.raises(FetchFailed, match="no answer"):
        fetcher.get(URL, max_bytes=MAX)
    deadline = time.monotonic() + 5
    while not canary.visits and time.monotonic() < deadline:
        time.sleep(0.01)
    assert canary.visits == 1


def test_a_name_that_changes_its_address_gains_nothing(site: DocumentSite, canary: Canary) -> None:
    """DNS rebinding: the second answer is never asked for."""
    site.publish(document())
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    allowed: list[str] = []

    def is_allowed(address: str) -> bool:
        allowed.append(address)
        return address == "127.0.0.1"

    fetcher = site.fetcher(resolve=lambda *_: next(answers), is_allowed=is_allowed)
    assert fetcher.get(URL, max_bytes=MAX).body
    assert allowed == ["127.0.0.1"]
    assert next(answers) == ["127.0.0.2"]
    assert canary.visits == 0


def test_the_system_is_asked_for_no_name(site: DocumentSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one lookup is the fetcher's own; what connects later is given an address."""
    site.publish(document())
    asked: list[object] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: object, *arguments: object, **named: object) -> object:
        asked.append(host)
        return real(host, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert site.fetcher().get(URL, max_bytes=MAX).body
    assert set(asked) <= {"127.0.0.1"}
    assert site.lookups == ["client.example"]


def test_an_address_that_does_not_answer_is_followed_by_the_next(site: DocumentSite) -> None:
    """A network without IPv6 must not make every site with both unreachable."""
    site.publish(document())
    closed = "127.0.0.9"
    fetcher = site.fetcher(resolve=lambda *_: [closed, "127.0.0.1"], is_allowed=lambda _: True)
    assert fetcher.get(URL, max_bytes=MAX).body


def test_proxies_of_the_environment_are_not_used(site: DocumentSite, canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    site.publish(document())
    assert site.fetcher().get(URL, max_bytes=MAX).body
    assert canary.visits == 0


@pytest.mark.parametrize("url", BAD)
def test_an_unusual_url_is_not_even_looked_up(url: str) -> None:
    def resolve(_host: str, _timeout_seconds: float) -> list[str]:
        pytest.fail("looked up")

    with pytest.raises(FetchFailed, match="not a URL"):
        Fetcher(resolve=resolve).get(url, max_bytes=MAX)


def test_a_certificate_for_another_name_is_refused() -> None:
    with document_site("evil.example") as site:
        site.pages["/client.json"] = page(document())
        with pytest.raises(FetchFailed, match="no answer: ConnectError"):
            site.fetcher().get(URL, max_bytes=MAX)
        assert site.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(site: DocumentSite) -> None:
    """With the product's own trust, not the test's."""
    site.publish(document())
    fetcher = Fetcher(resolve=lambda *_: ["127.0.0.1"], is_allowed=lambda _: True, port=site.port)
    with pytest.raises(FetchFailed, match="no answer: ConnectError"):
        fetcher.get(URL, max_bytes=MAX)
    assert site.requests == []


@pytest.mark.parametrize(
    "status", [201, 202, 203, 204, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 410, 429, 500, 503]
)
def test_only_200_counts_and_no_redirect_is_followed(site: DocumentSite, status: int) -> None:
    """AS-65."""
    site.pages["/client.json"] = page(document(), status=status, Location="https://client.example/elsewhere")
    site.pages["/elsewhere"] = page(document())
    with pytest.raises(FetchFailed, match=str(status)):
        site.fetcher().get(URL, max_bytes=MAX)
    assert [path for _, path, _ in site.requests] == ["/client.json"]


@pytest.mark.parametrize(
    "kind", ["text/html", "text/json", "text/plain", "application/xml", "application/jsonp", "image/x+json", "json", ""]
)
def test_another_media_type_is_refused(site: DocumentSite, kind: str) -> None:
    site.publish(document(), Content_Type=kind)
    with pytest.raises(FetchFailed, match="media type"):
        site.fetcher().get(URL, max_bytes=MAX)


def test_a_huge_answer_is_left_off(site: DocumentSite) -> None:
    site.pages["/client.json"] = page(b"a" * (MAX + 1))
    with pytest.raises(FetchFailed, match="larger"):
        site.fetcher().get(URL, max_bytes=MAX)
    site.pages["/client.json"] = page(b"a" * MAX)
    assert len(site.fetcher().get(URL, max_bytes=MAX).body or b"") == MAX


def _start(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()


def test_an_endless_answer_is_left_off(site: DocumentSite) -> None:
    written = itertools.count()

    def endless(handler: BaseHTTPRequestHandler) -> None:
        _start(handler)
        while next(written) < 10_000:
            handler.wfile.write(b" " * 1000)

    site.pages["/client.json"] = endless
    with pytest.raises(FetchFailed, match="larger"):
        site.fetcher().get(URL, max_bytes=MAX)
    assert next(written) < 10_000


def test_a_compressed_answer_is_not_unpacked(site: DocumentSite) -> None:
    """A bomb of a few kilobytes unpacks to gigabytes."""
    bomb = gzip.compress(b" " * 5_000_000)
    assert len(bomb) < MAX
    for encoding in ("gzip", "GZIP", "br", "deflate", "identity, gzip"):
        site.pages["/client.json"] = page(bomb, Content_Encoding=encoding)
        with pytest.raises(FetchFailed, match="compressed"):
            site.fetcher().get(URL, max_bytes=MAX)


def _drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def _drip_body(handler: BaseHTTPRequestHandler) -> None:
    _start(handler)
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def _say_to_wait(handler: BaseHTTPRequestHandler) -> None:
    for _ in range(100):
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize("slow", [_drip_headers, _drip_body, _say_to_wait, lambda _: time.sleep(5)])
def test_the_whole_fetch_has_one_deadline(site: DocumentSite, slow: object) -> None:
    """A byte now and then does not start the clock anew."""
    site.pages["/client.json"] = slow  # type: ignore[assignment]
    before = time.monotonic()
    with pytest.raises(FetchFailed, match="no answer"):
        site.fetcher(total_seconds=0.4).get(URL, max_bytes=MAX)
    assert time.monotonic() - before < 2


def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        fetcher = Fetcher(resolve=lambda *_: ["127.0.0.1"], is_allowed=lambda _: True, port=port, total_seconds=0.3)
        before = time.monotonic()
        with pytest.raises(FetchFailed, match="no answer"):
            fetcher.get(URL, max_bytes=MAX)
        assert time.monotonic() - before < 2


def _garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\xff not http\r\n\r\n")


def _half(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"{")


def _many_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000)


@pytest.mark.parametrize("broken", [_garbage, _half, _many_headers, lambda _: None])
def test_a_broken_answer_is_one_failure_like_another(site: DocumentSite, broken: object) -> None:
    site.pages["/client.json"] = broken  # type: ignore[assignment]
    with pytest.raises(FetchFailed, match="no answer"):
        site.fetcher().get(URL, max_bytes=MAX)


def test_a_name_without_an_address_is_a_failure() -> None:
    with pytest.raises(FetchFailed, match="no address"):
        Fetcher(resolve=lambda *_: []).get(URL, max_bytes=MAX)
