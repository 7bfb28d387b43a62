"""Who may do what on the dashboard. The roles themselves are ``oauth_bridge``'s: its pages ask for them as well."""

from oauth_bridge.roles import Right, Role, has_right, may, require, role_of

__all__ = ["Right", "Role", "has_right", "may", "require", "role_of"]
