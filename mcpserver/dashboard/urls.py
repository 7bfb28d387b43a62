"""The operator's pages. Whoever reads this module has them registered; nobody does before the first of them is asked for."""

from django.contrib import admin

import oauth_bridge.admin  # noqa: F401  each of its modules registers pages
from mcpserver.dashboard import activity
from oauth_bridge.admin.activity import SOURCES

SOURCES.append(activity.of_sessions)
urlpatterns = admin.site.get_urls()
