"""The operator's dashboard as an admin site."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import path

from mcpserver import __version__
from oauth_bridge import browser, throttle
from oauth_bridge.views import pages


class DashboardSite(AdminSite):
    """Django's admin under our name, with pages of our own; its password form is throttled."""

    site_header = "Gatehouse"
    site_title = "Gatehouse"
    index_title = "Overview"
    enable_nav_sidebar = True

    def get_urls(self) -> list[Any]:
        """Return our own pages, then the admin's. Each of ours checks the role of who asks."""
        from mcpserver.dashboard import (
            audit,
            calls,
            doctor_page,
            operators,
            overview_page,
            permissions_page,
            permissions_switches,
            permissions_try,
            permissions_why,
            setup_page,
        )

        def page(address: str, view: Callable[..., HttpResponseBase], name: str) -> Any:
            return path(address, self.admin_view(view), name=name)

        return [
            page("health/outside/", overview_page.outside, "health_outside"),
            page("set-up/", setup_page.setup, "setup"),
            page("set-up/steps.json", setup_page.steps, "setup_steps"),
            page("doctor/", doctor_page.doctor, "doctor"),
            page("tools/", permissions_page.matrix, "tools"),
            page("tools/switches/", permissions_switches.switches, "tools_switches"),
            page("tools/switches/switch/", permissions_switches.switch, "tools_switch"),
            page("tools/switches/read-only/", permissions_switches.read_only, "tools_read_only"),
            page("tools/switches/read-only/client/", permissions_switches.read_only_client, "tools_read_only_client"),
            page("tools/why/", permissions_why.why, "tools_why"),
            page("tools/try/", permissions_try.call, "tools_try"),
            page("audit/", audit.events, "audit"),
            page("audit/check/", audit.check, "audit_check"),
            page("audit/export.<str:form>", audit.export, "audit_export"),
            page("calls/", calls.listing, "calls"),
            page("calls/export.<str:form>", calls.export, "calls_export"),
            page("operators/", operators.listing, "operators"),
            page("operators/add/", operators.add, "operators_add"),
            page("operators/<int:key>/role/", operators.change, "operators_change"),
            page("operators/<int:key>/password/", operators.renew_password, "operators_password"),
            *super().get_urls(),
        ]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  Django's signature
        """Return the view for operators alone; what it is asked is text that the database can hold."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if _has_nul(request.GET) or _has_nul(request.POST):
                raise BadRequest("NUL is no text.")
            return guarded(request, *args, **kwargs)

        return page

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every page of the dashboard knows; ``shell`` is the frame's."""
        return {**super().each_context(request), "shell": self._shell(request)}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # it may be a plain response
        """Return the overview."""
        from mcpserver.dashboard import overview_page

        return overview_page.overview(request, {**self.each_context(request), **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Show or take the password form: a guesser is slowed by address."""
        if request.method == "POST":
            try:
                throttle.check("LOGIN", browser.address(request))
            except throttle.Throttled as error:
                return pages.throttled(request, error)
        return super().login(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # it may be a plain response
        """Show or take the form for a new password of one's own; a guesser of the old one is slowed, a change is an event."""
        from oauth_bridge import audit
        from oauth_bridge.models import Person

        if request.method == "POST":
            try:
                throttle.check("LOGIN", browser.address(request))
            except throttle.Throttled as error:
                return pages.throttled(request, error)
        with transaction.atomic():
            answer: HttpResponse = super().password_change(request, extra_context)
            if answer.status_code == HTTPStatus.FOUND and isinstance(request.user, Person):
                audit.record(audit.Kind.PASSWORD_CHANGED, person=request.user, operator=request.user)
        return answer

    def _shell(self, request: HttpRequest) -> dict[str, Any]:
        from mcpserver.dashboard import navigation
        from mcpserver.dashboard.roles import role_of

        shell: dict[str, Any] = {"version": __version__}
        # A stranger at the password form learns nothing of what there is.
        if self.has_permission(request):
            role = role_of(request.user)
            shell |= {"navigation": navigation.entries(request), "role": role.value if role else ""}
        return shell


def _has_nul(data: QueryDict) -> bool:
    return any("\0" in text for name, values in data.lists() for text in (name, *values))
