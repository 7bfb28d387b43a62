"""The outermost ASGI wrapper. Consumers bypass Django's middleware, so what must hold for every answer is done here."""

from mcpserver.edge.config import EdgeConfig
from mcpserver.edge.wrapper import Edge

__all__ = ["Edge", "EdgeConfig"]
