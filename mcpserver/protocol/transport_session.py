"""What ``Mcp-Session-Id`` stands for in the handshake era (MCP 2025-11-25 basic/transports, Session Management)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcpserver.protocol.versions import Revision


@dataclass(frozen=True, slots=True)
class TransportSession:
    """A transport session as its requests see it. ``log_level`` is None until the client has set one."""

    id: str
    revision: Revision
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    log_level: str | None = None
