"""GitHub's REST API over the caller's own credential: bounded in time, size and tries."""

from tools.github.client import GitHub
from tools.github.errors import GitHubError
from tools.github.pool import close

__all__ = ["GitHub", "GitHubError", "close"]
