"""The product's own backend, with the trap."""

from mcpserver.postgresql import base
from tests.crash.trap import Trapped


class DatabaseWrapper(Trapped, base.DatabaseWrapper):
    """A connection that tells the trap of what it writes."""
