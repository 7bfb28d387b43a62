"""The operator's pages for sessions: who is signed in through what, and the buttons that end it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oauth_bridge import roles, sessions, user_agents
from oauth_bridge.admin import activity, ending, known, parts
from oauth_bridge.models import AuthEvent, Client, Session
from oauth_bridge.protocol import scopes

_WINDOWS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
MAX_EVENTS = 20


class StateFilter(admin.SimpleListFilter):
    """Alive or not."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        return [("active", "Active"), ("expired", "Expired"), ("ended", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:  # noqa: ARG002
        """Return the rows of the choice."""
        now = timezone.now()
        match self.value():
            case "active":
                return queryset.filter(ended_at__isnull=True, expires_at__gt=now)
            case "expired":
                return queryset.filter(ended_at__isnull=True, expires_at__lte=now)
            case "ended":
                return queryset.filter(ended_at__isnull=False)
            case _:
                return queryset


class UsedFilter(admin.SimpleListFilter):
    """How lately it was used."""

    title = "last use"
    parameter_name = "used"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        return [(name, f"In the last {name}") for name in _WINDOWS] + [("older", "Longer ago")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:  # noqa: ARG002
        """Return the rows of the choice."""
        now, value = timezone.now(), self.value() or ""
        if value == "older":
            return queryset.filter(last_used_at__lte=now - _WINDOWS["month"])
        return queryset.filter(last_used_at__gt=now - _WINDOWS[value]) if value in _WINDOWS else queryset


class ScopeFilter(admin.SimpleListFilter):
    """What it may."""

    title = "scope"
    parameter_name = "may"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        return [(name, name) for name in scopes.SCOPES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:  # noqa: ARG002
        """Return the rows of the choice."""
        value = self.value()
        return queryset.filter(scope__contains=value) if value in scopes.SCOPES else queryset


class Listing(ChangeList):
    """A page of sessions, with what they did on the wire."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        activity.attach(self.result_list)


@admin.register(Session)
class SessionAdmin(parts.ReadOnlyAdmin):
    """Who is signed in through what."""

    list_display = ("who", "program", "device", "used", "state", "wire", "may")
    # Not by client: the list beside the table would name every program that ever registered. The search finds them.
    list_filter = (StateFilter, UsedFilter, known.KindFilter, ScopeFilter)
    search_fields = ("person__login", "person__name", "client__name", "client__client_id", "address")
    search_help_text = "A person, a program, an address"
    list_select_related = ("person", "client")
    list_per_page = 50
    show_full_result_count = False
    actions = ("end_sessions",)
    change_list_template = "admin/oauth_bridge/session_list.html"
    change_form_template = "admin/oauth_bridge/session_page.html"

    @admin.display(description="Person", ordering="person__login")
    def who(self, session: Session) -> SafeString:
        """Return whose it is."""
        return parts.second_line(str(session.person), session.person.name)

    @admin.display(description="Program", ordering="client__name")
    def program(self, session: Session) -> SafeString:
        """Return through what."""
        return format_html(
            '<a class="cell-main" href="{}">{}</a><span class="cell-more">{}</span>',
            parts.path_of(session.client),
            parts.name_of(session.client),
            known.words(session.client),
        )

    @admin.display(description="Device", ordering="address")
    def device(self, session: Session) -> SafeString:
        """Return with what browser it was begun, and from where."""
        return parts.second_line(user_agents.describe(session.user_agent), session.address or "unknown address")

    @admin.display(description="Used", ordering="last_used_at")
    def used(self, session: Session) -> SafeString:
        """Return its last use and its first."""
        return format_html(
            '<span class="cell-main">{}</span><span class="cell-more">since {}</span>',
            parts.ago(session.last_used_at),
            f"{session.created_at:%Y-%m-%d}",
        )

    @admin.display(description="May", ordering="scope")
    def may(self, session: Session) -> SafeString:
        """Return its scopes."""
        return parts.chips(session.scope.split())

    @admin.display(description="On the wire")
    def wire(self, session: Session) -> SafeString:
        """Return what it spoke and did."""
        seen: activity.Activity = session.activity  # type: ignore[attr-defined]  # attached with the page
        more = [parts.count_of(seen.connections, "connection")] if seen.connections else []
        more += [parts.count_of(seen.calls, "call")] if seen.calls else []
        return parts.second_line(seen.protocol_version or "not seen", ", ".join(more))

    @admin.display(description="State", ordering="ended_at")
    def state(self, session: Session) -> SafeString:
        """Return whether the session is alive."""
        return parts.session_state(session)

    @admin.action(permissions=["operate"], description="End the selected sessions: their tokens stop at once")
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """End sessions, everywhere."""
        roles.require(request, "operate")
        chosen = Session.objects.filter(pk__in=queryset.values("pk"))
        ended = sessions.end(chosen, Session.EndReason.OPERATOR, operator=parts.operator_of(request))
        messages.success(request, f"{ended} session(s) ended.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        """Return the list."""
        return Listing

    def get_urls(self) -> list[URLPattern]:
        """Return the paths, with ours first: Django takes what is left for a key."""
        page = self.admin_site.admin_view(ending.page(self))
        return [path("end/<str:whose>/<str:key>/", page, name="oauth_bridge_session_end"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, below how many there are."""
        now = timezone.now()
        alive = Session.objects.filter(ended_at__isnull=True, expires_at__gt=now)
        numbers = alive.aggregate(
            sessions=Count("pk"),
            people=Count("person", distinct=True),
            clients=Count("client", distinct=True),
            lately=Count("pk", filter=Q(last_used_at__gt=now - _WINDOWS["hour"])),
        )
        more = {"title": "Sessions", "numbers": numbers, "may_operate": roles.may(request, "operate")}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one session: everything that is known of it."""
        session = self.get_object(request, object_id)
        more = _facts(session, request) if isinstance(session, Session) else {}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})


def _facts(session: Session, request: HttpRequest) -> dict[str, Any]:
    activity.attach([session])
    client: Client = session.client
    return {
        "title": f"{session.person} through {parts.name_of(client)}",
        "subtitle": None,
        "session": session,
        "person_path": parts.path_of(session.person),
        "client_path": parts.path_of(client),
        "client_name": parts.name_of(client),
        "known": known.of(client),
        "state": parts.session_state(session),
        "is_alive": session.ended_at is None,
        "device": user_agents.describe(session.user_agent),
        "granted": [scopes.SCOPES[name] for name in session.scope.split() if name in scopes.SCOPES],
        "events": AuthEvent.objects.filter(session=session)[:MAX_EVENTS],
        "may_operate": roles.may(request, "operate"),
    }
