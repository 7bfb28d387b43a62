"""How a client begins: ``initialize`` and ``ping`` of the handshake era, ``server/discover`` of the stateless one."""

import re
from typing import Any

from mcpserver.protocol import versions
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.results import cache_hints, complete
from mcpserver.protocol.server import Server, capabilities, implementation
from mcpserver.protocol.versions import Revision
from wire import strict_json

DISCOVER_TTL_MS = 300_000
# Icons may be written out in it.
MAX_DECLARED_BYTES = 16_384
# As it is written in JSON: a NUL, which PostgreSQL keeps in no text. A backslash that is escaped itself begins none.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def parse_initialize(params: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the version that ``initialize`` asks for, the client's capabilities, and what it says of itself.

    The latter two may be absent; a wrong type is refused all the same. Both are kept with the session, and so bounded.

    Raises:
        InvalidParams: ``protocolVersion`` is no string; ``capabilities`` or ``clientInfo`` is no object, too large, or holds
            a NUL.
    """
    requested = params.get("protocolVersion")
    if not isinstance(requested, str):
        raise InvalidParams('"protocolVersion" must be a string.')
    for name in ("capabilities", "clientInfo"):
        if not isinstance(params.get(name, {}), dict):
            raise InvalidParams(f'"{name}" must be an object.')
        written = strict_json.dumps(params.get(name, {}))
        if len(written) > MAX_DECLARED_BYTES:
            raise InvalidParams(f'"{name}" is larger than {MAX_DECLARED_BYTES} bytes.')
        if _NUL.search(written):
            raise InvalidParams(f'"{name}" holds a NUL character.')
    return requested, params.get("capabilities", {}), params.get("clientInfo", {})


def initialize_result(revision: Revision, server: Server) -> bytes:
    """Return the answer to ``initialize``, in the shape of the revision that it settles (MCP 2025-11-25 basic/lifecycle)."""
    result = {
        "protocolVersion": revision.name,
        "capabilities": capabilities(server, revision),
        "serverInfo": implementation(server, revision),
        "instructions": server.instructions,
    }
    return complete(result, revision, server)


def discover_result(revision: Revision, server: Server) -> bytes:
    """Return the answer to ``server/discover`` (MCP 2026-07-28 server/discover): all served revisions, newest first."""
    result = {
        "supportedVersions": list(versions.SUPPORTED),
        "capabilities": capabilities(server, revision),
        "instructions": server.instructions,
        **cache_hints(revision, ttl_ms=DISCOVER_TTL_MS),
    }
    return complete(result, revision, server)


def ping_result(revision: Revision, server: Server) -> bytes:
    """Return the answer to ``ping``: exactly ``{}`` (MCP 2025-11-25 basic/utilities/ping)."""
    return complete({}, revision, server)
