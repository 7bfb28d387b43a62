"""The operator's pages for clients, people, rules and sessions. No secret is on any, but a new one's own."""

from oauth_bridge import resource_server_admin  # noqa: F401  each module registers its pages
from oauth_bridge.admin import clients, people, requests, rules, sessions  # noqa: F401
from oauth_bridge.documents import admin as documents_admin  # noqa: F401
