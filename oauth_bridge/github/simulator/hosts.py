"""Which host names are this machine. The simulator listens there, answers there, and sends people on over http only there."""

import ipaddress
import re

_HOST = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:]+)\]|(?P<name>[A-Za-z0-9.-]+))(?::[0-9]{1,5})?")


def is_loopback(host: str) -> bool:
    """Return whether a host name, without port and brackets, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_own(host_header: str) -> bool:
    """Return whether a ``Host`` header (RFC 9110 §7.2) names this machine."""
    match = _HOST.fullmatch(host_header)
    return match is not None and is_loopback(match["six"] or match["name"])
