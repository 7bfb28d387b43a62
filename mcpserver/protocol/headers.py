"""The headers that repeat parts of the body, and whether they agree with it (MCP 2026-07-28 streamable-http, Request Metadata).

Intermediaries route on these headers while the server acts on the body: where the two differ, the request is refused.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import field

from mcpserver.protocol.errors import HeaderMismatch
from mcpserver.protocol.jsonrpc import Notification, Request
from wire import values

PROTOCOL_VERSION = "MCP-Protocol-Version"
METHOD = "Mcp-Method"
NAME = "Mcp-Name"
PARAMETER_PREFIX = "Mcp-Param-"

_STANDARD = {name.lower().encode(): name for name in (PROTOCOL_VERSION, METHOD, NAME)}
_PARAMETER_PREFIX = PARAMETER_PREFIX.lower().encode()
_READ = frozenset({*_STANDARD, b"accept", b"content-type", b"mcp-session-id", b"last-event-id"})
# Lower-case markers and nothing around them; without the full marker the value is literal (Value Encoding).
_SENTINEL = re.compile(r"=\?base64\?(.*)\?=")
_PRINTABLE = re.compile(r"[\t\x20-\x7e]*")


_NO_PARAMETERS: Mapping[str, tuple[str, ...]] = {}


@values.value
class Headers:
    """The headers of one POST that the protocol looks at, blanks around the values stripped.

    ``parameters`` maps the lower-case part after ``Mcp-Param-`` to its values. ``repeated`` names standard headers that came
    more than once. Several ``Accept`` lines are one list (RFC 9110 §5.3).
    """

    protocol_version: str | None = None
    method: str | None = None
    name: str | None = None
    accept: str | None = None
    content_type: str | None = None
    session_id: str | None = None
    last_event_id: str | None = None
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()


def read(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers out of ASGI's list of name and value."""
    found: dict[bytes, list[str]] = {}
    has_parameters = is_repeated = False
    for name, value in pairs:
        lowered = name.lower()
        if lowered not in _READ:
            if not lowered.startswith(_PARAMETER_PREFIX):
                continue
            has_parameters = True
        text = value.decode("latin-1").strip(" \t")
        if lowered in found:
            found[lowered].append(text)
            is_repeated = True
        else:
            found[lowered] = [text]
    return Headers(
        protocol_version=_first(found, b"mcp-protocol-version"),
        method=_first(found, b"mcp-method"),
        name=_first(found, b"mcp-name"),
        accept=_joined(found, b"accept"),
        content_type=_joined(found, b"content-type"),
        # The edge refuses a request in which either is repeated.
        session_id=_first(found, b"mcp-session-id"),
        last_event_id=_first(found, b"last-event-id"),
        parameters=_parameters(found) if has_parameters else _NO_PARAMETERS,
        repeated=_repeated(found) if is_repeated else (),
    )


def _parameters(found: dict[bytes, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return {
        name[len(_PARAMETER_PREFIX) :].decode("latin-1"): tuple(values)
        for name, values in found.items()
        if name.startswith(_PARAMETER_PREFIX)
    }


def _repeated(found: dict[bytes, list[str]]) -> tuple[str, ...]:
    return tuple(_STANDARD[name] for name, values in found.items() if name in _STANDARD and len(values) > 1)


def check_unrepeated(headers: Headers) -> None:
    """Refuse a standard header that came twice: a reader of the first and a reader of the last would disagree."""
    if headers.repeated:
        raise HeaderMismatch(f"The header {headers.repeated[0]} came more than once.")


def check_present(headers: Headers) -> None:
    """Refuse a request that lacks the headers that every POST carries (Standard Request Headers)."""
    for value, name in ((headers.protocol_version, PROTOCOL_VERSION), (headers.method, METHOD)):
        if value is None:
            raise HeaderMismatch(f"The header {name} is missing.")


def check_method(headers: Headers, message: Request | Notification) -> None:
    """Refuse a ``Mcp-Method`` other than the body's ``method``. Values are case-sensitive."""
    if headers.method != message.method:
        raise HeaderMismatch(f"The header {METHOD} differs from the method in the body.")


def check_name(headers: Headers, request: Request, name_parameter: str) -> None:
    """Refuse a ``Mcp-Name`` other than ``params[name_parameter]``.

    Where the body names nothing, no header is expected: the params themselves are at fault then.
    """
    named = request.params.get(name_parameter)
    if headers.name is None:
        if isinstance(named, str):
            raise HeaderMismatch(f"The header {NAME} is missing.")
    elif decode_value(headers.name, NAME) != named:
        raise HeaderMismatch(f'The header {NAME} differs from "{name_parameter}" in the body.')


def check_version(headers: Headers, declared: object) -> None:
    """Refuse an ``MCP-Protocol-Version`` other than the version in ``_meta``."""
    if headers.protocol_version != declared:
        raise HeaderMismatch(f"The header {PROTOCOL_VERSION} differs from the version in _meta.")


def decode_value(value: str, header: str) -> str:
    """Return a header's value with its ``=?base64?…?=`` wrapping taken off, if it has one (Value Encoding).

    Raises:
        HeaderMismatch: the wrapped text is not canonical base64 (alphabet, padding, spare bits) of UTF-8, or a bare value
            holds anything but printable ASCII.
    """
    if not _PRINTABLE.fullmatch(value):
        raise HeaderMismatch(f"The header {header} holds characters that need base64.")
    wrapped = _SENTINEL.fullmatch(value)
    if wrapped is None:
        return value
    try:
        decoded = base64.b64decode(wrapped[1], validate=True)
        text = decoded.decode()
    except (binascii.Error, ValueError):
        raise HeaderMismatch(f"The header {header} is not valid base64 of UTF-8.") from None
    if base64.b64encode(decoded).decode() != wrapped[1]:
        raise HeaderMismatch(f"The header {header} is not canonical base64.")
    return text


def _first(found: dict[bytes, list[str]], name: bytes) -> str | None:
    values = found.get(name)
    return values[0] if values else None


def _joined(found: dict[bytes, list[str]], name: bytes) -> str | None:
    values = found.get(name)
    return ", ".join(values) if values else None
