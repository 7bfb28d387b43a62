"""The operator's pages for people: who has been here, by what right, and the ways to end it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString

from oauth_bridge import roles
from oauth_bridge.admin import parts, person_page
from oauth_bridge.models import AllowRule, Membership, Person, Session
from oauth_bridge.people import leaving, rules
from oauth_bridge.people.owners import LastOwner


class AccountFilter(admin.SimpleListFilter):
    """Whether the account may be used, and by whom."""

    title = "account"
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        return [("in", "May come in"), ("out", "No rule lets them in"), ("off", "Cut off"), ("operator", "Operators")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> QuerySet[Person]:  # noqa: ARG002
        """Return the rows of the choice."""
        allowed = rules.allowed(timezone.now()).values("pk")
        match self.value():
            case "in":
                return queryset.filter(pk__in=allowed)
            case "out":
                return queryset.filter(is_active=True, github_id__isnull=False).exclude(pk__in=allowed)
            case "off":
                return queryset.filter(is_active=False)
            case "operator":
                return queryset.filter(is_staff=True)
            case _:
                return queryset


class Listing(ChangeList):
    """A page of people, with their sessions counted and their rules looked up."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page."""
        super().get_results(request)
        people = self.result_list = list(self.result_list)
        now = timezone.now()
        alive = Session.objects.filter(person__in=people, ended_at__isnull=True, expires_at__gt=now).order_by()
        counts = dict(alive.values("person").annotate(count=Count("pk")).values_list("person", "count"))
        own = AllowRule.objects.filter(rules.live(now), github_id__in=[person.github_id for person in people])
        by_login = {rule.github_id for rule in own}
        groups: dict[int, list[str]] = {}
        for member in Membership.objects.filter(rules.live(now, "rule__"), person__in=people).select_related("rule"):
            groups.setdefault(member.person_id, []).append(str(member.rule))
        for person in people:
            person.session_count = counts.get(person.pk, 0)
            person.by = ["own rule"] * (person.github_id in by_login) + groups.get(person.pk, [])


@admin.register(Person)
class PersonAdmin(parts.ReadOnlyAdmin):
    """The people who signed in, and the operators."""

    list_display = ("account", "by", "session_count", "signed_in", "joined", "state")
    list_filter = (AccountFilter,)
    search_fields = ("login", "name", "username")
    search_help_text = "A login or a name"
    list_per_page = 50
    show_full_result_count = False
    actions = ("switch_off", "switch_on")
    change_list_template = "admin/oauth_bridge/person_list.html"
    change_form_template = "admin/oauth_bridge/person_page.html"

    @admin.display(description="Person", ordering="login")
    def account(self, person: Person) -> SafeString:
        """Return who it is."""
        return parts.second_line(str(person), person.name)

    @admin.display(description="Let in by")
    def by(self, person: Person) -> SafeString | str:
        """Return the rules that let them in."""
        if person.github_id is None:
            return "password"
        return parts.chips(person.by) or parts.badge("no rule")  # type: ignore[attr-defined]  # looked up with the page

    @admin.display(description="Sessions")
    def session_count(self, person: Person) -> int:
        """Return how many are active."""
        return person.session_count  # type: ignore[attr-defined,no-any-return]

    @admin.display(description="Last sign-in", ordering="last_login")
    def signed_in(self, person: Person) -> SafeString | str:
        """Return when they were last at the pages."""
        return parts.ago(person.last_login)

    @admin.display(description="First seen", ordering="date_joined")
    def joined(self, person: Person) -> SafeString | str:
        """Return when they first came."""
        return parts.ago(person.date_joined)

    @admin.display(description="State", ordering="is_active")
    def state(self, person: Person) -> SafeString:
        """Return what the account is."""
        return person_page.state(person)

    @admin.action(
        permissions=["operate"], description="Cut off everywhere: their sessions end at once, and they cannot sign in"
    )
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """Cut people off; never the operator who presses the button, nor the last owner."""
        roles.require(request, "operate")
        count = ended = 0
        for person in queryset:
            try:
                ended += leaving.cut_off(person, operator=parts.operator_of(request))
            except (leaving.Protected, LastOwner) as error:
                messages.warning(request, f"Left alone: {person}. {error}")
            else:
                count += 1
        messages.success(request, f"{count} account(s) switched off, {ended} session(s) ended.")

    @admin.action(permissions=["operate"], description="Let back: the rules decide again")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """Let people back."""
        roles.require(request, "operate")
        count = 0
        for person in queryset:
            try:
                leaving.let_back(person, operator=parts.operator_of(request))
            except leaving.Protected as error:
                messages.warning(request, f"Left alone: {person}. {error}")
            else:
                count += 1
        messages.success(request, f"{count} account(s) switched on.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        """Return the list."""
        return Listing

    def get_urls(self) -> list[URLPattern]:
        """Return the paths, with ours first: Django takes what is left for a key."""
        page = self.admin_site.admin_view(person_page.decide(self))
        return [path("<int:key>/<str:what>/confirm/", page, name="oauth_bridge_person_decide"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list, below who waits at the door."""
        more = {"title": "People", "may_operate": roles.may(request, "operate"), **person_page.at_the_door()}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one person: everything that is known of them."""
        person = self.get_object(request, object_id)
        more = person_page.facts(person, request) if isinstance(person, Person) else {}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})
