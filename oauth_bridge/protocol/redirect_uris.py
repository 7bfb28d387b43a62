"""Redirect URI rules, for registration, authorization and the consent page alike. Pure: strings in, answers out.

https anywhere; plain http on loopback names alone (RFC 8252 §7.3); private-use schemes of known or reverse-domain form
(RFC 8252 §7.1). One strict pattern instead of a URL parser: what it does not understand is refused, so no browser can read
it differently. No wildcards, ever: equal as strings, but for the port of a loopback address.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

MAX_LENGTH = 2000
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

# Schemes without a dot that clients of today register; one with a dot is its owner's by convention.
PRIVATE_USE_SCHEMES = frozenset(
    {"claude", "code-oss", "cursor", "goose", "kiro", "vscode", "vscode-insiders", "vscodium", "windsurf", "zed"}
)

_HTTP = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?"
)
_PRIVATE = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]{1,60}):/{1,2}[^#/?][^#]*")
_PRINTABLE = re.compile(r"[!-~]+")  # visible ASCII: no blanks, no control characters, nothing that looks alike
# Also escapes that are broken, or hide a control character.
_FORBIDDEN = re.compile(r'[\\<>"^`{|}]|%(?![0-9A-Fa-f]{2})|%[01]|%7[fF]')
# Browsers take them away, escaped or not: the person would be sent to another path than the consent page shows.
_DOT_SEGMENT = re.compile(r"/(?:\.|%2[eE]){1,2}(?:/|$)")
# Browsers read a host that ends in a number as an IPv4 address, in many spellings.
_NUMERIC_HOST = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")
_REVERSE_DOMAIN = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+")
# A registered query with a response parameter would come back with two of them (CVE-2026-9689).
_RESPONSE_PARAMETERS = frozenset(
    {"code", "state", "iss", "error", "error_description", "error_uri", "access_token", "token_type", "id_token", "response"}
)


class InvalidRedirectUri(ValueError):
    """The URI cannot be registered. The message is safe to show."""


@dataclass(frozen=True, slots=True)
class RedirectUri:
    """A redirect URI, read. ``host`` keeps the brackets of an IPv6 address; it is empty for a private-use scheme."""

    uri: str
    scheme: str
    host: str = ""
    port: str | None = None
    rest: str = ""

    @property
    def is_loopback(self) -> bool:
        """Whether it leads to a program on the person's own machine by http."""
        return self.scheme == "http" and self.host in LOOPBACK_HOSTS

    @property
    def is_private_use(self) -> bool:
        """Whether it opens an app by its own scheme."""
        return self.scheme not in {"http", "https"}

    @property
    def display_host(self) -> str:
        """What the consent page shows in large type."""
        return f"{self.scheme}://" if self.is_private_use else self.host.lower()

    @property
    def form_action_source(self) -> str:
        """The source that ``form-action`` must allow for a form whose answer redirects here (CSP 3 §6.4.2)."""
        if self.is_private_use:
            return f"{self.scheme}:"
        if self.host.startswith("["):
            return f"{self.scheme}:"  # the grammar of host sources has no IPv6 literals
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")


def parse(uri: str) -> RedirectUri:
    """Return the URI, read.

    Raises:
        InvalidRedirectUri: it is not one that a client may register or use.
    """
    _check_characters(uri)
    if match := _HTTP.fullmatch(uri):
        return _http(uri, match)
    if (match := _PRIVATE.fullmatch(uri)) and match["scheme"] not in {"http", "https"}:
        return _private_use(uri, match["scheme"])
    raise InvalidRedirectUri("It must be https://…, http:// on a loopback address, or an app's own scheme.")


def find(requested: str, registered: list[str]) -> RedirectUri | None:
    """Return the requested URI, read, if it is one of the registered (RFC 6749 §3.1.2.3, RFC 8252 §7.3), else None."""
    try:
        wanted = parse(requested)
    except InvalidRedirectUri:
        return None
    return wanted if any(_is_same(wanted, known) for known in registered) else None


def _is_same(wanted: RedirectUri, known: str) -> bool:
    if wanted.uri == known:
        return True
    if not wanted.is_loopback:
        return False
    match = _HTTP.fullmatch(known)
    return match is not None and (match["scheme"], match["host"], _rest(match)) == (wanted.scheme, wanted.host, wanted.rest)


def _check_characters(uri: str) -> None:
    if len(uri) > MAX_LENGTH:
        raise InvalidRedirectUri(f"It is longer than {MAX_LENGTH} characters.")
    if not _PRINTABLE.fullmatch(uri) or _FORBIDDEN.search(uri):
        raise InvalidRedirectUri("It has a character that a URI cannot have.")
    if "#" in uri:
        raise InvalidRedirectUri("It must not have a fragment.")


def _http(uri: str, match: re.Match[str]) -> RedirectUri:
    found = RedirectUri(uri, match["scheme"], match["host"], match["port"], _rest(match))
    if found.port is not None and not 1 <= int(found.port) <= 65535:
        raise InvalidRedirectUri("Its port is out of range.")
    _check_host(found.host)
    if _DOT_SEGMENT.search(match["path"] or ""):
        raise InvalidRedirectUri("Its path has a dot segment.")
    if found.scheme == "http" and not found.is_loopback:
        raise InvalidRedirectUri("Plain http is accepted for loopback addresses only.")
    _check_query(match["query"] or "")
    return found


def _private_use(uri: str, scheme: str) -> RedirectUri:
    if scheme not in PRIVATE_USE_SCHEMES and not _REVERSE_DOMAIN.fullmatch(scheme):
        raise InvalidRedirectUri("Its scheme is not one that this server knows for apps; reverse-domain schemes are accepted.")
    _check_query(uri.partition("?")[2])
    return RedirectUri(uri, scheme)


def _check_host(host: str) -> None:
    is_malformed = ".." in host or ".-" in host or "-." in host
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
        elif _NUMERIC_HOST.fullmatch(host):
            ipaddress.IPv4Address(host)
    except ValueError:
        is_malformed = True
    if is_malformed:
        raise InvalidRedirectUri("Its host is malformed.")


def _check_query(query: str) -> None:
    # As the client will read it: names may be escaped, and some parsers split at semicolons as well.
    names = {unquote_plus(pair.partition("=")[0]).lower() for pair in re.split("[&;]", query)}
    if names & _RESPONSE_PARAMETERS:
        raise InvalidRedirectUri("Its query has a parameter that the answer will carry.")


def _rest(match: re.Match[str]) -> str:
    query = match["query"]
    return (match["path"] or "") + (f"?{query}" if query is not None else "")
