"""Every path that Django serves. ``/mcp`` is a consumer's (``asgi.py``)."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from mcpserver import health, pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("robots.txt", pages.robots),
    path("favicon.ico", pages.favicon),
    path("health", health.alive),
    path("health/ready", health.ready),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("", include("oauth_bridge.urls")),
    re_path(r"", pages.not_found),
]

handler400 = "mcpserver.pages.bad_request"
handler403 = "mcpserver.pages.permission_denied"
handler404 = "mcpserver.pages.not_found"
handler500 = "mcpserver.pages.server_error"
