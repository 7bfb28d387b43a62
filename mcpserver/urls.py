"""Every path that Django serves. ``/mcp`` is a consumer's (``asgi.py``)."""

from django.urls import URLResolver, path, re_path
from django.urls.resolvers import RoutePattern
from django.views.generic import RedirectView

from mcpserver import health, pages


def _later(route: str, module: str, *, namespace: str | None = None) -> URLResolver:
    """Return the paths of a module, which is loaded when the first of them is asked for, as Django loads this one."""
    return URLResolver(RoutePattern(route), module, app_name=namespace, namespace=namespace)


urlpatterns = [
    path("", pages.home, name="home"),
    path("robots.txt", pages.robots),
    path("favicon.ico", pages.favicon),
    path("health", health.alive),
    path("health/ready", health.ready),
    path("admin", RedirectView.as_view(url="/admin/")),
    # Most processes serve no operator.
    _later("admin/", "mcpserver.dashboard.urls", namespace="admin"),
    # Loaded in the background once the server listens (`serving/warming.py`).
    _later("", "oauth_bridge.urls"),
    re_path(r"", pages.not_found),
]

handler400 = "mcpserver.pages.bad_request"
handler403 = "mcpserver.pages.permission_denied"
handler404 = "mcpserver.pages.not_found"
handler500 = "mcpserver.pages.server_error"
