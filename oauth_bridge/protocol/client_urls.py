"""URLs that clients name and this server fetches: of their document, and of their keys. Pure: texts in, answers out.

One strict form instead of a URL parser: what it does not understand is never fetched, so nobody can read it differently.
"""

import re
from urllib.parse import unquote

MAX_LENGTH = 255

# A name with a dot, in lower case, without a port: addresses, names of the local network and userinfo have no place in it.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_CHARACTERS = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    rf"https://(?P<host>{_LABEL}(?:\.{_LABEL})*\.(?=[a-z]){_LABEL})"
    rf"(?P<path>/(?:{_CHARACTERS}|/)+)(?:\?(?:{_CHARACTERS}|[/?])*)?"
)
_CONTROL = re.compile(r"%[01]|%7[fF]")


def is_fetchable(url: str) -> bool:
    """Return whether the text is a URL that may be fetched (draft-ietf-oauth-client-id-metadata-document §3).

    https, a host name, a path with more than the root, no userinfo, no fragment, no dot segment, no port but 443.
    """
    if len(url) > MAX_LENGTH or _CONTROL.search(url):
        return False
    match = _URL.fullmatch(url)
    return match is not None and not any(unquote(segment) in {".", ".."} for segment in match["path"].split("/"))


def host_of(url: str) -> str:
    """Return the host of a URL that :func:`is_fetchable` accepts."""
    return url.removeprefix("https://").partition("/")[0]


def parents(host: str) -> list[str]:
    """Return a host and the domains above it, nearest first: ``a.b.example`` -> itself, ``b.example``, ``example``."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
