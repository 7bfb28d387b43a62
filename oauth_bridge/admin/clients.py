"""The operator's pages for clients: what they are, whether to trust them, and which of them came to nothing."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from oauth_bridge import orphans, roles
from oauth_bridge.admin import by_hand, client_decisions, known, parts
from oauth_bridge.documents import hosts
from oauth_bridge.models import AuthEvent, Client, ClientHost, Session

_DAY = timedelta(days=1)
# So many registrations of one address in a day are no program that a person set up.
STORM = 20
MAX_SHOWN = 20


class StateFilter(admin.SimpleListFilter):
    """Whether it may be used."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        return [("on", "On"), ("off", "Switched off"), ("deleted", "Deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:  # noqa: ARG002
        """Return the rows of the choice."""
        match self.value():
            case "on":
                return queryset.filter(disabled_at__isnull=True)
            case "off":
                return queryset.filter(disabled_at__isnull=False, deleted_at__isnull=True)
            case "deleted":
                return queryset.filter(deleted_at__isnull=False)
            case _:
                return queryset


class UseFilter(admin.SimpleListFilter):
    """Whether anybody ever signed in through it."""

    title = "use"
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        return [("signed-in", "Somebody signed in"), ("never", "Came to nothing")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:  # noqa: ARG002
        """Return the rows of the choice."""
        match self.value():
            case "signed-in":
                return queryset.exclude(orphans.WITHOUT_SESSIONS)
            case "never":
                return queryset.filter(orphans.WITHOUT_SESSIONS)
            case _:
                return queryset


class Listing(ChangeList):
    """A page of clients, with their sessions counted and their hosts judged."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        alive = Session.objects.filter(
            client__in=self.result_list, ended_at__isnull=True, expires_at__gt=timezone.now()
        ).order_by()
        counts = dict(alive.values("client").annotate(count=Count("pk")).values_list("client", "count"))
        for client in self.result_list:
            client.session_count = counts.get(client.pk, 0)


@admin.register(Client)
class ClientAdmin(parts.ReadOnlyAdmin):
    """The programs that registered."""

    list_display = ("program", "kind", "answers_to", "session_count", "used", "state")
    list_filter = (
        StateFilter,
        UseFilter,
        known.KindFilter,
    )
    search_fields = ("name", "client_id", "redirect_uris", "registered_from")
    search_help_text = "A name, an id, a host, an address"
    list_per_page = 50
    show_full_result_count = False
    actions = ("switch_off", "switch_on")
    change_list_template = "admin/oauth_bridge/client_list.html"
    change_form_template = "admin/oauth_bridge/client_page.html"

    @admin.display(description="Program", ordering="name")
    def program(self, client: Client) -> SafeString:
        """Return its name, and what it is."""
        product = known.of(client)
        tone = parts.GOOD if product and product.is_proven else parts.QUIET
        mark = parts.badge(known.words(client), tone) if product else "not recognised"
        return format_html('<span class="cell-main">{}</span><span class="cell-more">{}</span>', parts.name_of(client), mark)

    @admin.display(description="Kind", ordering="registration_source")
    def kind(self, client: Client) -> SafeString:
        """Return how it became known."""
        return parts.second_line(
            known.KINDS[Client.RegistrationSource(client.registration_source)], f"{client.created:%Y-%m-%d}"
        )

    @admin.display(description="Answers go to")
    def answers_to(self, client: Client) -> SafeString:
        """Return the hosts of its redirect URIs."""
        return parts.chips(parts.hosts_of(client))

    @admin.display(description="Sessions")
    def session_count(self, client: Client) -> int:
        """Return how many are active."""
        return client.session_count  # type: ignore[attr-defined,no-any-return]  # counted with the page

    @admin.display(description="Last used", ordering="last_used_at")
    def used(self, client: Client) -> SafeString | str:
        """Return when it last asked for a token."""
        return parts.ago(client.last_used_at)

    @admin.display(description="State", ordering="disabled_at")
    def state(self, client: Client) -> SafeString:
        """Return whether it may be used."""
        return _state(client)

    @admin.action(permissions=["operate"], description="Switch off: its sessions end at once, and it cannot sign anyone in")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Client]) -> None:
        """Disable clients and end their sessions."""
        roles.require(request, "operate")
        count, ended = client_decisions.switch_off(queryset, operator=parts.operator_of(request))
        messages.success(request, f"{count} client(s) switched off, {ended} session(s) ended.")

    @admin.action(permissions=["operate"], description="Switch on again")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Client]) -> None:
        """Enable clients; their people sign in anew. One that was deleted stays so."""
        roles.require(request, "operate")
        count = client_decisions.switch_on(queryset, operator=parts.operator_of(request))
        messages.success(request, f"{count} client(s) switched on.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        """Return the list."""
        return Listing

    def get_urls(self) -> list[URLPattern]:
        """Return the paths, with ours first: Django takes what is left for a key."""
        safe = self.admin_site.admin_view
        return [
            path("new/", safe(by_hand.page(self)), name="oauth_bridge_client_new"),
            path("<int:key>/decide/", safe(require_POST(self._decide)), name="oauth_bridge_client_decide"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, below what there is too much of."""
        more = {"title": "Clients", "may_operate": roles.may(request, "operate"), **_overview()}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one client: everything that is known of it."""
        client = self.get_object(request, object_id)
        more = _facts(client, request) if isinstance(client, Client) else {}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def _decide(self, request: HttpRequest, key: int) -> HttpResponse:
        roles.require(request, "operate")
        client = Client.objects.filter(pk=key).first()
        if client is None:
            raise Http404
        try:
            said = client_decisions.decide(client, request.POST.get("what", ""), operator=parts.operator_of(request))
        except client_decisions.NotPossible as error:
            return parts.back(request, str(error), parts.path_of(client), level=messages.ERROR)
        return parts.back(request, said, parts.path_of(client))


def _state(client: Client) -> SafeString:
    if client.deleted_at:
        return parts.badge("deleted")
    return parts.badge("switched off", parts.BAD) if client.disabled_at else parts.badge("on", parts.GOOD)


def _overview() -> dict[str, Any]:
    now = timezone.now()
    there = Client.objects.filter(deleted_at__isnull=True)
    numbers = there.aggregate(
        clients=Count("pk"),
        new=Count("pk", filter=Q(created__gt=now - _DAY)),
        unused=Count("pk", filter=orphans.WITHOUT_SESSIONS),
        off=Count("pk", filter=Q(disabled_at__isnull=False)),
    )
    lately = Client.objects.filter(created__gt=now - _DAY, registered_from__isnull=False).order_by()
    storms = lately.values("registered_from").annotate(count=Count("pk"), last=Max("created")).filter(count__gte=STORM)
    # An empty name is no name to have in common.
    same = there.exclude(name="").order_by().values("name", "redirect_uris").annotate(count=Count("pk")).filter(count__gt=1)
    return {
        "numbers": numbers,
        "storms": storms.order_by("-count")[:5],
        "duplicates": same.order_by("-count")[:5],
    }


def _facts(client: Client, request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    alive = Session.objects.filter(client=client, ended_at__isnull=True, expires_at__gt=now)
    same = Client.objects.filter(name=client.name, redirect_uris=client.redirect_uris).exclude(pk=client.pk)
    host = known.document_host(client)
    return {
        "title": parts.name_of(client),
        "subtitle": None,
        "client": client,
        "kind": known.KINDS[Client.RegistrationSource(client.registration_source)],
        "known": known.of(client),
        "state": _state(client),
        "hosts": parts.hosts_of(client),
        "sessions": alive.select_related("person").order_by("-last_used_at")[:MAX_SHOWN],
        "session_count": alive.count(),
        "people_count": alive.order_by().values("person").distinct().count(),
        "host": host,
        "trust": hosts.trust_of(host).value if host else "",
        "document": getattr(client, "document", None),
        "changes": client.document_changes.all()[:MAX_SHOWN],
        "duplicates": same.order_by("-created")[:MAX_SHOWN],
        "duplicate_count": same.count(),
        "events": AuthEvent.objects.filter(client=client).select_related("person")[:MAX_SHOWN],
        "may_operate": roles.may(request, "operate"),
        "trusts": ClientHost.Trust,
    }
