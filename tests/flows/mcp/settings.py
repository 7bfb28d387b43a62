"""The product's settings, with tools that a test can hold and watch in the place of the product's."""

from tests.support.witnessed import *  # noqa: F403

TOOL_MODULES = ["tools.catalog.calculate", "tools.catalog.get_github_repos", "tests.flows.mcp.held_tools"]
TOOL_MODULES += ["tests.flows.mcp.asking_tools"]
TOOLS_ON = ["set:core", "set:repositories", "release"]
