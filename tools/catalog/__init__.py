"""What is offered: one tool, one file, listed here by name and in the order in which clients see them."""

from tools.catalog.calculate import calculate
from tools.catalog.get_github_repos import get_github_repos
from tools.catalog.get_user_info import get_user_info
from tools.registry import Catalog

CATALOG = Catalog((get_user_info, get_github_repos, calculate))
