"""The groups that tools come in, to be switched and permitted together."""

CORE = "core"
REPOSITORIES = "repositories"
ISSUES = "issues"
PULL_REQUESTS = "pull_requests"

# On unless the operator says otherwise; a tool that writes is off all the same. Few tools are easier to choose from.
DEFAULT_SETS = frozenset({CORE, REPOSITORIES})
