"""The product's own settings, with a trap at every write: a request that asks for it kills its process there."""

from mcpserver.settings import *  # noqa: F403
from mcpserver.settings import DATABASES, MIDDLEWARE

_engine = DATABASES["default"]["ENGINE"].rpartition(".")[2]
DATABASES["default"]["ENGINE"] = f"tests.crash.engines.{_engine}"
MIDDLEWARE.append("tests.crash.trap.Armed")
