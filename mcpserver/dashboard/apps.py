"""Django's admin with our site, and with the models of this project alone."""

from django.contrib.admin.apps import SimpleAdminConfig


class AdminConfig(SimpleAdminConfig):
    """Does not look for admin modules by itself: those of libraries would show tokens."""

    default_site = "mcpserver.dashboard.site.DashboardSite"

    def ready(self) -> None:
        """Register our own models."""
        super().ready()
        from mcpserver.dashboard import activity
        from oauth_bridge.admin.activity import SOURCES
        from oauth_bridge.people.leaving import ALSO_FORGET

        SOURCES.append(activity.of_sessions)
        ALSO_FORGET.append(activity.forget)
