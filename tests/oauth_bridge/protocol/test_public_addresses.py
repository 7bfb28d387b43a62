"""Every special form of address, and the plain ones (RFC 6890; IANA's special-purpose registries)."""

import pytest

from oauth_bridge.protocol.public_addresses import is_public

SPECIAL = [
    # IPv4: this network, private, shared, loopback, link-local, protocol, documentation, 6to4, benchmark, multicast, reserved
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255"),  # noqa: S104
    *("127.0.0.1", "127.0.0.53", "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1"),
    *("192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    # IPv6: unspecified, loopback, unique-local, link-local (with its zone), site-local, multicast, discard, documentation
    *("::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1"),
    *("2001:db8::1", "3fff::1", "2001:2::1", "2001:10::1", "2001:20::1", "2620:4f:8000::1", "5f00::1", "4000::1"),
    # IPv4 inside IPv6: mapped, compatible, translated, NAT64 (both), 6to4, Teredo, ISATAP
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a00:1", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "2002:7f00:1::1", "2002:808:808::1"),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1"),
    # A public address with a zone, and what is no address at all
    *("2606:4700::1111%eth0", "", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "127.0.0.1:443", "[::1]", "8.8.8.8 "),
    *("010.8.8.8", "8.8.8.8/32", "::ffff:8.8.8.8:443"),
]
PLAIN = [
    *("8.8.8.8", "1.1.1.1", "160.79.104.10", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1"),
    *("198.17.255.255", "198.20.0.1", "223.255.255.255", "126.255.255.255", "128.0.0.1", "169.253.255.255"),
    *("2606:4700:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888", "2001:200::1", "2003::1", "2620:fe::fe"),
]


@pytest.mark.parametrize("address", SPECIAL)
def test_a_special_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PLAIN)
def test_a_plain_address_is_public(address: str) -> None:
    assert is_public(address)
