"""What every result of a revision carries besides its own members."""

from typing import Any

from mcpserver.protocol.server import Server, implementation
from mcpserver.protocol.versions import Revision
from wire import strict_json

SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo"


def complete(result: dict[str, Any], revision: Revision, server: Server) -> bytes:
    """Return a result as JSON, with ``resultType`` and the server's identity where the revision has them (basic/index).

    Nothing is added for older revisions: some of their results must be exactly empty.

    Raises:
        TypeError: something in it is not JSON.
    """
    if revision.result_type:
        result = {"resultType": "complete", **result, "_meta": {SERVER_INFO_KEY: implementation(server, revision)}}
    return strict_json.dumps(result)


def cache_hints(revision: Revision, *, ttl_ms: int) -> dict[str, Any]:
    """Return how long a result may be kept, and that no one else may have it (MCP 2026-07-28 server/utilities/caching).

    Always private: what a list shows depends on the scopes of the token.
    """
    return {"ttlMs": ttl_ms, "cacheScope": "private"} if revision.cache_hints else {}
