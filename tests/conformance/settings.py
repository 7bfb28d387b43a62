"""The product's settings with the suite's fixtures in the place of its tools; one caller for all where a file is named."""

import os

from tests.conformance import fixtures
from tests.support.witnessed import *  # noqa: F403

TOOL_MODULES = fixtures.MODULES
TOOLS_ON = ["set:core", "confirm_delete"]

# Variant A: whoever calls without a token is the one whose token is in this file.
if os.environ.get("CONFORMANCE_TOKEN_FILE"):
    ASGI_APPLICATION = "tests.conformance.one_caller.application"
