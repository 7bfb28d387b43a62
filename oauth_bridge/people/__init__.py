"""Who may sign in, and who may go on: rules by login, organization and team, and what follows when they change."""

from oauth_bridge.people.accounts import find_or_create
from oauth_bridge.people.environment import sync_rules_from_settings
from oauth_bridge.people.rules import enforce_rules, is_allowed, rule_for
from oauth_bridge.people.standing import at_refresh, is_fresh, recheck

__all__ = [
    "at_refresh",
    "enforce_rules",
    "find_or_create",
    "is_allowed",
    "is_fresh",
    "recheck",
    "rule_for",
    "sync_rules_from_settings",
]
