"""What the wrapper needs to know, read from Django's settings once."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeConfig:
    """The origin served, whom to believe, and the caps.

    ``public_url`` is an origin without trailing slash, in lower case and without a default port.
    """

    public_url: str
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    debug: bool = False
    max_body_bytes: int = 1_000_000
    max_mcp_requests: int = 512
    max_page_requests: int = 64

    @classmethod
    def from_settings(cls, settings: Any) -> "EdgeConfig":
        """Return the configuration that Django's settings describe."""
        proxies: Sequence[IPv4Network | IPv6Network] = settings.TRUSTED_PROXIES
        return cls(public_url=settings.PUBLIC_URL, trusted_proxies=tuple(proxies), debug=settings.DEVELOPMENT)

    @property
    def is_https(self) -> bool:
        """Return whether clients reach this server through TLS."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> frozenset[bytes]:
        """Return the ``Host`` values that name this server: its host, and with the default port written out."""
        parts = urlsplit(self.public_url)
        default = _DEFAULT_PORTS[parts.scheme]
        names = {parts.netloc}
        if parts.port in {None, default}:
            host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
            names |= {f"{host}", f"{host}:{default}"}
        return frozenset(name.encode("ascii") for name in names)
