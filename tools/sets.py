"""The groups that tools come in, to be switched and permitted together. Which are on at first says ``settings.TOOLS_ON``."""

CORE = "core"
REPOSITORIES = "repositories"
ISSUES = "issues"
PULL_REQUESTS = "pull_requests"
