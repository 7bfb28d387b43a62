"""The operator's page for resource servers. They are made by ``manage.py resource_server``, which shows the secret once."""

from datetime import datetime

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from oauth_bridge import resource_servers, roles
from oauth_bridge.models import Person, ResourceServer


@admin.register(ResourceServer)
class ResourceServerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Who may introspect. Switched off or deleted, a service hears ``invalid_client`` at once."""

    list_display = ("name", "created_at", "last_used_at", "is_on")
    search_fields = ("name",)
    fields = ("name", "created_at", "last_used_at", "disabled_at")
    actions = ["switch_off", "switch_on"]

    @admin.display(description="on", boolean=True)
    def is_on(self, server: ResourceServer) -> bool:
        """Return whether the service may ask."""
        return server.disabled_at is None

    @admin.action(permissions=["operate"], description="Switch off: it may not ask any more")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[ResourceServer]) -> None:
        """Refuse the services from now on."""
        count = self._switch(request, queryset.filter(disabled_at__isnull=True), disabled_at=timezone.now())
        messages.success(request, f"{count} resource server(s) switched off.")

    @admin.action(permissions=["operate"], description="Switch on again")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[ResourceServer]) -> None:
        """Let the services ask again, with the secret that they have."""
        count = self._switch(request, queryset.filter(disabled_at__isnull=False), disabled_at=None)
        messages.success(request, f"{count} resource server(s) switched on.")

    def delete_model(self, request: HttpRequest, obj: ResourceServer) -> None:
        """Forget a service, and write down who did it."""
        resource_servers.remove(obj.name, operator=_operator(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ResourceServer]) -> None:
        """Forget the chosen ones."""
        for server in queryset:
            self.delete_model(request, server)

    @transaction.atomic
    def _switch(self, request: HttpRequest, queryset: QuerySet[ResourceServer], *, disabled_at: datetime | None) -> int:
        chosen = list(queryset.select_for_update())
        for server in chosen:
            resource_servers.record(server.name, f"switched {'off' if disabled_at else 'on'}", operator=_operator(request))
        return ResourceServer.objects.filter(pk__in=[server.pk for server in chosen]).update(disabled_at=disabled_at)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """A secret is never on a page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ResourceServer | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed by hand."""
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Return whether whoever asks may run the actions: a viewer looks."""
        return roles.may(request, "operate")


def _operator(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # noqa: S101  operators alone come here
    return request.user
