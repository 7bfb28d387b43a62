"""The operator's pages for clients, people, rules and sessions. No token, code or secret is on any of them."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from oauth_bridge import audit, resource_server_admin, sessions  # noqa: F401  each admin module registers its pages
from oauth_bridge.documents import admin as documents_admin  # noqa: F401  registers its pages
from oauth_bridge.models import Client, Person, Session
from oauth_bridge.people import admin as people_admin  # noqa: F401  registers its pages


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Rows that the server writes: an operator looks, and acts by actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed by hand."""
        return False


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Who is signed in through what."""

    list_display = ("person", "client", "state", "last_used_at", "scope", "address")
    # Not by client: the list beside the table would name every program that ever registered. The search finds them.
    list_filter = ("ended_at",)
    search_fields = ("person__login", "client__name", "client__client_id")
    list_select_related = ("person", "client")
    actions = ["end_sessions"]
    fields = (
        "person", "client", "scope", "resource", "address", "user_agent",
        "created_at", "last_used_at", "expires_at", "ended_at", "end_reason",
    )  # fmt: skip

    @admin.display(description="state")
    def state(self, session: Session) -> str:
        """Return whether the session is alive, in a word."""
        if session.ended_at:
            return f"ended: {session.get_end_reason_display()}"
        return "expired" if session.expires_at <= timezone.now() else "active"

    @admin.action(description="End the selected sessions: their tokens stop at once")
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """End sessions, everywhere."""
        ended = sessions.end(Session.objects.filter(pk__in=queryset.values("pk")), Session.EndReason.OPERATOR)
        messages.success(request, f"{ended} session(s) ended.")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """A session is ended, not deleted: its end is part of the record."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """Return the actions: looking is enough of a right to see them, operators alone come here."""
        return {"end_sessions": self.get_action("end_sessions")}


@admin.register(Client)
class ClientAdmin(ReadOnlyAdmin):
    """The programs that registered."""

    list_display = (
        "name",
        "client_id",
        "registration_source",
        "created",
        "last_used_at",
        "is_on",
    )
    list_filter = ("registration_source", "token_endpoint_auth_method")
    search_fields = ("name", "client_id", "redirect_uris")
    actions = ["switch_off", "switch_on"]
    fields = (
        "name", "client_id", "redirect_uris", "token_endpoint_auth_method", "grant_types", "scope", "application_type",
        "client_uri", "software_id", "software_version", "registration_source", "registered_from",
        "created", "last_used_at", "disabled_at", "deleted_at",
    )  # fmt: skip

    @admin.display(description="on", boolean=True)
    def is_on(self, client: Client) -> bool:
        """Return whether the client may be used."""
        return client.disabled_at is None

    @admin.action(description="Switch off: its sessions end at once, and it cannot sign anyone in")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Client]) -> None:
        """Disable clients and end their sessions."""
        with transaction.atomic():
            keys = list(queryset.values_list("pk", flat=True))
            Client.objects.filter(pk__in=keys, disabled_at__isnull=True).update(disabled_at=timezone.now())
            ended = sessions.end(Session.objects.filter(client__in=keys), Session.EndReason.OPERATOR)
            sessions.withdraw_rights()
        messages.success(request, f"{len(keys)} client(s) switched off, {ended} session(s) ended.")

    @admin.action(description="Switch on again")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Client]) -> None:
        """Enable clients; their people sign in anew. One that was deleted stays so."""
        count = queryset.filter(deleted_at__isnull=True).update(disabled_at=None)
        messages.success(request, f"{count} client(s) switched on.")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """Return the actions."""
        return {name: self.get_action(name) for name in ("switch_off", "switch_on")}

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """A client is switched off; deleting it would delete what its sessions did."""
        return False


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """The people who signed in, and the operators."""

    list_display = ("login", "name", "github_id", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("login", "name", "username")
    actions = ["switch_off", "switch_on"]
    fields = ("login", "name", "username", "github_id", "is_active", "is_staff", "date_joined", "last_login")

    @admin.action(description="Switch off: their sessions end at once, and they cannot sign in")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """Deactivate people and end their sessions; never the operator who presses the button."""
        with transaction.atomic():
            keys = [pk for pk in queryset.values_list("pk", flat=True) if pk != request.user.pk]
            Person.objects.filter(pk__in=keys).update(is_active=False)
            _record_switch(request, Person.objects.filter(pk__in=keys), "off")
            ended = sessions.end(Session.objects.filter(person__in=keys), Session.EndReason.OPERATOR)
            sessions.withdraw_rights()
        messages.success(request, f"{len(keys)} account(s) switched off, {ended} session(s) ended.")

    @admin.action(description="Switch on again")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        """Activate people; the rules still decide."""
        with transaction.atomic():
            keys = list(queryset.values_list("pk", flat=True))
            Person.objects.filter(pk__in=keys).update(is_active=True)
            _record_switch(request, Person.objects.filter(pk__in=keys), "on")
        messages.success(request, f"{len(keys)} account(s) switched on.")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """Return the actions."""
        return {name: self.get_action(name) for name in ("switch_off", "switch_on")}

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """A person is switched off."""
        return False


def _record_switch(request: HttpRequest, people: QuerySet[Person], switched: str) -> None:
    operator = request.user if isinstance(request.user, Person) else None
    for person in people:
        audit.record(audit.Kind.PERSON_SWITCHED, person=person, operator=operator, switched=switched)
