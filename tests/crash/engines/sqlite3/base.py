"""Django's own backend, with the trap."""

from django.db.backends.sqlite3 import base

from tests.crash.trap import Trapped


class DatabaseWrapper(Trapped, base.DatabaseWrapper):
    """A connection that tells the trap of what it writes."""
