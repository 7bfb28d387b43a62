"""What an operator may do: viewer, operator, owner, each with all that is before it.

An owner is Django's superuser: the first one, and whom ``ADMIN_USERNAMES`` or a rule makes one. The others are in Django's
group of the role's name; whoever may use the dashboard and is in neither sees nothing there.
"""

from typing import Any, Literal

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest

from oauth_bridge.models import Person


class Role(models.TextChoices):
    """From the least to the most."""

    VIEWER = "viewer", "viewer: sees everything, changes nothing"
    OPERATOR = "operator", "operator: decides about people, sessions, clients and tools"
    OWNER = "owner", "owner: everything, and who is an operator"


Right = Literal["view", "operate", "own"]
_LEAST: dict[str, Role] = {"view": Role.VIEWER, "operate": Role.OPERATOR, "own": Role.OWNER}
_RANK = {role: rank for rank, role in enumerate(Role)}
GROUPS = (Role.VIEWER, Role.OPERATOR)
# Of whose models a role's permissions speak.
_APPS = frozenset({"oauth_bridge", "mcpserver", "tools"})


def role_of(person: Person | AnonymousUser | Any) -> Role | None:
    """Return somebody's role, or None. It is asked of the database once for each ``person`` object: one request."""
    if not isinstance(person, Person) or not (person.is_active and person.is_staff):
        return None
    if person.is_superuser:
        return Role.OWNER
    if not hasattr(person, "_role"):
        names = person.groups.filter(name__in=GROUPS).values_list("name", flat=True)
        person._role = max((Role(name) for name in names), key=_RANK.__getitem__, default=None)  # type: ignore[attr-defined]
    return person._role  # type: ignore[attr-defined,no-any-return]


def may(request: HttpRequest, right: Right) -> bool:
    """Return whether who asks may ``view`` the dashboard, ``operate`` it (decide), or ``own`` it (name operators)."""
    return has_right(request.user, right)


def has_right(person: Person | AnonymousUser | Any, right: Right) -> bool:
    """Return whether somebody's role is enough for a right."""
    role = role_of(person)
    return role is not None and _RANK[role] >= _RANK[_LEAST[right]]


def require(request: HttpRequest, right: Right) -> None:
    """Let pass who may.

    Raises:
        PermissionDenied: the role is not enough.
    """
    if not may(request, right):
        raise PermissionDenied


def ensure_groups(**_: Any) -> None:
    """Create the groups that are missing. A receiver of ``post_migrate``."""
    Group.objects.bulk_create((Group(name=role) for role in GROUPS), ignore_conflicts=True)


class RoleBackend(BaseBackend):
    """Gives a role Django's permissions, so that each page of the admin asks for the right one by itself."""

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:  # noqa: ARG002  Django's signature
        """Return whether a role has a permission such as ``oauth_bridge.change_session``."""
        app, _, name = perm.partition(".")
        return app in _APPS and has_right(user_obj, "view" if name.startswith("view_") else "operate")

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Return whether a role sees anything of an app."""
        return app_label in _APPS and has_right(user_obj, "view")
