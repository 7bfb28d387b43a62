"""Which texts are URLs that may be fetched (draft-ietf-oauth-client-id-metadata-document §3, AS-61)."""

import pytest

from oauth_bridge.protocol.client_urls import MAX_LENGTH, host_of, is_fetchable, parents
from tests.support.document_site import DOCUMENTS

GOOD = [
    "https://client.example/client.json",
    "https://a.b-c.example/x",
    "https://client.example/oauth/client?v=1",
    "https://client.example/.well-known/client",
    "https://client.example/a/..b/c..",
    "https://client.example/~me/a%20b;v=1,2",
    "https://xn--bcher-kva.example/x",
    "https://1and1.example/x",
    "https://client.example/" + "a" * (MAX_LENGTH - 23),
    *(document["client_id"] for document in DOCUMENTS.values()),
]
BAD = [
    *("", "3f2a", "claude", "client.example/x", "//client.example/x", "/x"),
    *("http://client.example/x", "HTTPS://client.example/x", "https:/client.example/x", "https:client.example/x"),
    *("ftp://client.example/x", "file:///etc/passwd", "gopher://client.example/x", "javascript:alert(1)", "data:,x"),
    # No path of its own
    *("https://client.example", "https://client.example/", "https://client.example?x", "https://client.example/?x"),
    # Userinfo, in every disguise
    *("https://user@client.example/x", "https://user:pass@client.example/x", "https://client.example@evil.example/x"),
    *("https://client.example:443@evil.example/x", "https://client.example%40evil.example/x", "https://@client.example/x"),
    # Ports
    *(
        "https://client.example:443/x",
        "https://client.example:8443/x",
        "https://client.example:/x",
        "https://client.example:0/x",
    ),
    # Fragments, dot segments, characters that readers disagree on
    *("https://client.example/x#", "https://client.example/x#y", "https://client.example/#x"),
    *("https://client.example/./x", "https://client.example/../x", "https://client.example/a/..", "https://client.example/a/."),
    *("https://client.example/%2e%2e/x", "https://client.example/.%2E/x", "https://client.example/a/%2e"),
    *("https://client.example\\x", "https://client.example/a\\b", "https://evil.example\\.client.example/x"),
    *("https://client.example/a b", " https://client.example/x", "https://client.example/x ", "https://client.example/x\n"),
    *(
        "https://client.example/\x00",
        "https://client.example/%00",
        "https://client.example/%0d%0aHost:x",
        "https://client.example/%7f",
    ),
    *("https://client.example/%", "https://client.example/%zz", "https://client.example/<x>", 'https://client.example/"'),
    *(
        "https://client.example/\u00e4",
        "https://cli\u0435nt.example/x",
        "https://client\u3002example/x",
        "https://client.example/{x}",
    ),
    # Hosts that are no names of the public internet
    *("https://localhost/x", "https://intranet/x", "https://client/x", "https://client.example./x", "https://.example/x"),
    *("https://127.0.0.1/x", "https://127.1/x", "https://2130706433/x", "https://0x7f000001/x", "https://0177.0.0.1/x"),
    *(
        "https://127.0.0.0x1/x",
        "https://1.1.1.1/x",
        "https://[::1]/x",
        "https://[2606:4700::1]/x",
        "https://[::ffff:127.0.0.1]/x",
    ),
    *("https://-a.example/x", "https://a-.example/x", "https://a..example/x", "https://a_b.example/x", "https://*.example/x"),
    *("https://Client.example/x", "https://client.EXAMPLE/x", "https:///x", "https://" + "a" * 64 + ".example/x"),
    "https://client.example/" + "a" * MAX_LENGTH,
]


@pytest.mark.parametrize("url", GOOD)
def test_a_plain_https_url_may_be_fetched(url: str) -> None:
    assert is_fetchable(url)


@pytest.mark.parametrize("url", BAD)
def test_anything_that_somebody_could_read_differently_is_never_fetched(url: str) -> None:
    assert not is_fetchable(url)


def test_the_host_and_the_domains_above_it_are_read_off() -> None:
    assert host_of("https://a.client.example/x/y?z") == "a.client.example"
    assert parents("a.client.example") == ["a.client.example", "client.example", "example"]
