"""Which addresses a document may be fetched from: global unicast alone (RFC 6890). Pure: texts in, answers out.

The lists are ours, not ``ipaddress.is_global``: that one changed its mind between Python 3.11 and 3.13.
"""

import ipaddress

_V4_SPECIAL = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # "this network": Linux takes 0.0.0.0 for the machine itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and cloud metadata at 100.100.100.200
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's platform service: public in form, reachable from inside a machine only
        "169.254.0.0/16",  # link-local, and cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",  # reserved, and the broadcast address
    )
)
# Everything outside is refused: loopback, mapped, compatible, NAT64, unique-local, link-local, site-local, multicast.
_V6_GLOBAL = ipaddress.IPv6Network("2000::/3")
_V6_SPECIAL = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarking, ORCHID and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
# ISATAP (RFC 5214 §6.1) puts an IPv4 address behind these, in any network.
_ISATAP_MARKS = frozenset({0x0000_5EFE, 0x0200_5EFE})


def is_public(address: str) -> bool:
    """Return whether the address is of the public internet, and hides no IPv4 address that may not be.

    ``address`` is one as a resolver returns it; anything else, one with a zone included, is not public.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _V4_SPECIAL)
    return parsed.scope_id is None and _is_public_v6(parsed)


def _is_public_v6(address: ipaddress.IPv6Address) -> bool:
    if address not in _V6_GLOBAL or any(address in network for network in _V6_SPECIAL):
        return False
    return (int(address) >> 32) & 0xFFFF_FFFF not in _ISATAP_MARKS
