"""Who really calls, when trusted proxies stand between. Pure: addresses and header values in, a caller out."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from mcpserver.edge.head import Head
from wire import values

Network = IPv4Network | IPv6Network

_PORT_SUFFIX = re.compile(r"(?P<v4>[0-9.]{7,15}):[0-9]{1,5}|\[(?P<v6>[0-9A-Fa-f:.]{2,45})\](?::[0-9]{1,5})?")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@values.value
class Caller:
    """``address`` is the client's as far as it can be believed; ``scheme`` is None where no trusted proxy named one."""

    address: str
    scheme: str | None = None
    request_id: str | None = None


def caller_of(peer: str, head: Head, proxies: Sequence[Network]) -> Caller:
    """Return the caller behind the socket's ``peer``.

    The headers count only when the peer is a trusted proxy, and the address is the rightmost one that no trusted proxy
    vouches for as its own: everything left of it was written by a stranger.
    """
    if not proxies or not _is_trusted(peer, tuple(proxies)):
        return Caller(peer)
    scheme = head.text(b"x-forwarded-proto").rpartition(",")[2].strip().lower()
    request_id = head.text(b"x-request-id")
    return Caller(
        _rightmost_stranger(peer, head.text(b"x-forwarded-for"), tuple(proxies)),
        scheme if scheme in {"http", "https"} else None,
        request_id if _REQUEST_ID.fullmatch(request_id) else None,
    )


def _rightmost_stranger(peer: str, chain: str, proxies: tuple[Network, ...]) -> str:
    believed = peer
    for hop in reversed(chain.split(",")):
        address = _parse(hop)
        if address is None:
            break
        believed = str(address)
        if not _is_trusted(believed, proxies):
            break
    return believed


@lru_cache(maxsize=1024)
def _is_trusted(text: str, proxies: tuple[Network, ...]) -> bool:
    address = _parse(text)
    return address is not None and any(address in network for network in proxies)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if match := _PORT_SUFFIX.fullmatch(text):
        text = match["v4"] or match["v6"]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A socket that listens on both families shows `::ffff:10.0.0.1` for 10.0.0.1.
    return (address.version == 6 and address.ipv4_mapped) or address
