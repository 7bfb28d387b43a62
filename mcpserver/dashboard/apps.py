"""Django's admin with our site, and with the models of this project alone."""

from importlib import import_module
from typing import Any

from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class AdminConfig(SimpleAdminConfig):
    """Does not look for admin modules by itself: those of libraries would show tokens."""

    default_site = "mcpserver.dashboard.site.DashboardSite"

    def ready(self) -> None:
        """Register the admin's checks. Its pages are loaded with the first that is asked for (``urls.py``)."""
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_pages, checks.Tags.admin)


def _check_pages(**options: Any) -> list[checks.CheckMessage]:
    """Check the pages, which have to be there for that."""
    import_module("mcpserver.dashboard.urls")
    found: list[checks.CheckMessage] = check_admin_app(**options)
    return found
