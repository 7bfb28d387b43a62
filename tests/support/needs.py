"""What a test needs from the machine: absent, the test is skipped and says so; with ``REQUIRE_ALL=1`` it fails."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it where everything is required. ``what`` names what the machine lacks."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"REQUIRE_ALL=1, and this machine lacks {what}", pytrace=False)
    pytest.skip(f"this machine lacks {what}")


def program(name: str) -> str:
    """Return the path of a program; Debian keeps servers where a user's PATH does not look."""
    for found in (shutil.which(name), f"/usr/sbin/{name}", f"/usr/local/sbin/{name}"):
        if found and Path(found).exists():
            return found
    missing(name)


def variable(name: str) -> str:
    """Return an environment variable that names a service, such as ``DATABASE_URL``."""
    if value := os.environ.get(name, ""):
        return value
    missing(f"a service named by {name}")
