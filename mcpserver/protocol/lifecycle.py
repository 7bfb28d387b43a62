"""How a client begins: ``initialize`` and ``ping`` of the handshake era, ``server/discover`` of the stateless one."""

from typing import Any

from mcpserver.protocol import versions
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.results import cache_hints, complete
from mcpserver.protocol.server import Server, capabilities, implementation
from mcpserver.protocol.versions import Revision

DISCOVER_TTL_MS = 300_000


def requested_version(params: dict[str, Any]) -> str:
    """Return the version that ``initialize`` asks for.

    What the client says of itself decides nothing, so it may be absent; a wrong type is refused all the same.

    Raises:
        InvalidParams: ``protocolVersion`` is no string, ``capabilities`` or ``clientInfo`` no object.
    """
    requested = params.get("protocolVersion")
    if not isinstance(requested, str):
        raise InvalidParams('"protocolVersion" must be a string.')
    for name in ("capabilities", "clientInfo"):
        if not isinstance(params.get(name, {}), dict):
            raise InvalidParams(f'"{name}" must be an object.')
    return requested


def initialize_result(requested: str, server: Server) -> bytes:
    """Return the answer to ``initialize``, in the shape of the revision that it settles (MCP 2025-11-25 basic/lifecycle)."""
    revision = versions.negotiate(requested)
    result = {
        "protocolVersion": revision.name,
        "capabilities": capabilities(),
        "serverInfo": implementation(server, revision),
        "instructions": server.instructions,
    }
    return complete(result, revision, server)


def discover_result(revision: Revision, server: Server) -> bytes:
    """Return the answer to ``server/discover`` (MCP 2026-07-28 server/discover): all served revisions, newest first."""
    result = {
        "supportedVersions": list(versions.SUPPORTED),
        "capabilities": capabilities(),
        "instructions": server.instructions,
        **cache_hints(revision, ttl_ms=DISCOVER_TTL_MS),
    }
    return complete(result, revision, server)


def ping_result(revision: Revision, server: Server) -> bytes:
    """Return the answer to ``ping``: exactly ``{}`` (MCP 2025-11-25 basic/utilities/ping)."""
    return complete({}, revision, server)
