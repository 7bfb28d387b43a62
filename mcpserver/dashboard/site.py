"""The operator's dashboard as an admin site."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse

from oauth_bridge import browser, throttle
from oauth_bridge.views import pages


class DashboardSite(AdminSite):
    """Django's admin under our name; its password form is throttled."""

    site_header = "Gatehouse"
    site_title = "Gatehouse"
    index_title = "Dashboard"
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Show or take the password form: a guesser is slowed by address."""
        if request.method == "POST":
            try:
                throttle.check("LOGIN", browser.address(request))
            except throttle.Throttled as error:
                return pages.throttled(request, error)
        return super().login(request, extra_context)
