"""The protocol's endpoints: they carry bytes, ask ``protocol/`` and ``dispatch``, and write answers."""

from mcpserver.consumers.mcp import McpConsumer
from mcpserver.consumers.messages import MessagesConsumer
from mcpserver.consumers.sse import SseConsumer

__all__ = ["McpConsumer", "MessagesConsumer", "SseConsumer"]
