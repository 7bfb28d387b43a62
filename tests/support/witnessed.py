"""The product's own settings, for a server that a test starts: with a witness of what it says, where the run has one."""

import os
from pathlib import Path

from mcpserver.settings import *  # noqa: F403
from tests.support import witness

if _folder := os.environ.get(witness.VARIABLE):
    witness.install(Path(_folder))
