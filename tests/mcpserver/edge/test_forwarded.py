from ipaddress import ip_network

import pytest

from mcpserver.edge.forwarded import Caller, caller_of
from mcpserver.edge.head import read_head

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def caller(peer: str, proxies=PROXIES, **headers: str) -> Caller:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return caller_of(peer, read_head(pairs), proxies)


@pytest.mark.parametrize(
    ("peer", "chain", "address"),
    [
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, 10.2.3.4", "203.0.113.5"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.5, 10.2.3.4", "203.0.113.5"),  # 1.1.1.1 was written by the client
        ("10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
        ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("fd00::1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5, garbage", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.5, garbage, 10.9.9.9", "10.9.9.9"),
        ("10.0.0.1", "10.5.5.5, 10.6.6.6", "10.5.5.5"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("192.0.2.7", "203.0.113.5", "192.0.2.7"),  # no proxy of ours
        ("", "203.0.113.5", ""),  # a socket without address
    ],
)
def test_the_address_is_the_rightmost_that_no_trusted_proxy_owns(peer: str, chain: str, address: str) -> None:
    assert caller(peer, x_forwarded_for=chain).address == address


def test_without_trusted_proxies_nothing_is_believed() -> None:
    found = caller("10.0.0.1", proxies=(), x_forwarded_for="1.1.1.1", x_forwarded_proto="https", x_request_id="abc")
    assert found == Caller("10.0.0.1", None, None)


@pytest.mark.parametrize(
    ("value", "scheme"),
    [
        ("https", "https"),
        ("HTTPS", "https"),
        ("http", "http"),
        ("http, https", "https"),
        ("https, http", "http"),
        ("ftp", None),
        ("", None),
    ],
)
def test_the_scheme_is_the_nearest_proxys(value: str, scheme: str | None) -> None:
    assert caller("10.0.0.1", x_forwarded_proto=value).scheme == scheme


@pytest.mark.parametrize(
    ("value", "request_id"),
    [
        ("abc-1.2_3", "abc-1.2_3"),
        ("a" * 64, "a" * 64),
        ("a" * 65, None),
        ("", None),
        ("a b", None),
        ("a\tb", None),
        ("<x>", None),
    ],
)
def test_a_proxys_request_id_is_taken_if_it_is_plain(value: str, request_id: str | None) -> None:
    assert caller("10.0.0.1", x_request_id=value).request_id == request_id


def test_several_forwarding_headers_count_as_one_list() -> None:
    head = read_head([(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"203.0.113.5")])
    assert caller_of("10.0.0.1", head, PROXIES).address == "203.0.113.5"
