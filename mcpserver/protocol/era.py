"""Which revision a message speaks, and what a message of the stateless era must declare (MCP 2026-07-28 basic/versioning).

The era is told by ``_meta`` and ``MCP-Protocol-Version`` alone: not by the method, and not by other headers, which some
clients of the handshake era send as well.
"""

from typing import Any

from mcpserver.protocol import headers as rules
from mcpserver.protocol import versions
from mcpserver.protocol.errors import IncompleteMeta, InvalidParams, InvalidRequest, UnsupportedProtocolVersion
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Message, Notification, Request, Response
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Era, Revision

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"


def revision_of(message: Message, headers: Headers, session: TransportSession | None = None) -> Revision:
    """Return the revision by whose rules the message is judged; that it declares a served one is checked afterwards.

    Within a transport session that is the one that ``initialize`` settled, if the header names no other era: clients are
    found that repeat the version they asked for.

    Raises:
        UnsupportedProtocolVersion: nothing in ``_meta``, and the header names a revision that is not served.
    """
    if not isinstance(message, Response) and VERSION_KEY in _meta(message):
        return versions.LATEST_MODERN
    if headers.protocol_version is None:
        return versions.WITHOUT_HEADER if session is None else session.revision
    revision = versions.by_name(headers.protocol_version)
    if revision is None:
        raise UnsupportedProtocolVersion(headers.protocol_version, versions.SUPPORTED)
    return session.revision if session is not None and revision.era is Era.HANDSHAKE else revision


def check_request(request: Request, headers: Headers, revision: Revision, *, name_parameter: str | None) -> None:
    """Refuse a request that does not declare what its era demands.

    The order is fixed, so that a client which contradicts itself is told so before it is told that a version is not served.
    ``name_parameter`` is the member of the params that ``Mcp-Name`` repeats, if the method has one.

    Raises:
        HeaderMismatch, UnsupportedProtocolVersion, IncompleteMeta: stateless era.
        InvalidParams: handshake era, ``_meta`` is no object.
    """
    if revision.era is Era.HANDSHAKE:
        check_meta_is_object(request)
        return
    rules.check_present(headers)
    rules.check_method(headers, request)
    if name_parameter is not None:
        rules.check_name(headers, request, name_parameter)
    check_declared_version(request, headers)
    check_meta(request)


def check_notification(notification: Notification, headers: Headers, revision: Revision) -> None:
    """Refuse a notification whose headers contradict it. Its ``_meta`` need declare nothing (schema, NotificationMetaObject).

    Raises:
        HeaderMismatch, UnsupportedProtocolVersion: stateless era only.
    """
    if revision.era is Era.HANDSHAKE:
        return
    rules.check_present(headers)
    rules.check_method(headers, notification)
    check_declared_version(notification, headers)


def check_response(revision: Revision) -> None:
    """Refuse a response from a client of the stateless era: nobody asked it (streamable-http, Sending Messages).

    Raises:
        InvalidRequest: always in that era.
    """
    if revision.era is Era.MODERN:
        raise InvalidRequest("Clients send no responses in this revision.")


def check_declared_version(message: Request | Notification, headers: Headers) -> None:
    """Refuse a version in ``_meta`` that differs from the header's, then one that is not served without a handshake."""
    meta = _meta(message)
    if VERSION_KEY not in meta:
        return
    rules.check_version(headers, meta[VERSION_KEY])
    declared: str = meta[VERSION_KEY]
    revision = versions.by_name(declared)
    if revision is None or revision.era is not Era.MODERN:
        raise UnsupportedProtocolVersion(declared, versions.SUPPORTED)


def check_meta(request: Request) -> None:
    """Refuse a request whose ``_meta`` lacks the version or the client's capabilities. ``clientInfo`` is optional."""
    meta = _meta(request)
    if VERSION_KEY not in meta:
        raise IncompleteMeta(f'"_meta" must hold "{VERSION_KEY}".')
    if not isinstance(meta.get(CAPABILITIES_KEY), dict):
        raise IncompleteMeta(f'"_meta" must hold "{CAPABILITIES_KEY}", an object.')


def check_meta_is_object(request: Request) -> None:
    """Refuse a ``_meta`` of another type; its keys are the client's own affair in the handshake era."""
    if not isinstance(request.params.get("_meta"), dict | None):
        raise InvalidParams('"_meta" must be an object.')


def _meta(message: Request | Notification) -> dict[str, Any]:
    meta = message.params.get("_meta")
    return meta if isinstance(meta, dict) else {}
