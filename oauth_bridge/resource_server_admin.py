"""The operator's page for resource servers. They are made by ``manage.py resource_server``, which shows the secret once."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from oauth_bridge.models import ResourceServer


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

    @admin.action(description="Switch off: it may not ask any more")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[ResourceServer]) -> None:
        """Refuse the services from now on."""
        count = queryset.filter(disabled_at__isnull=True).update(disabled_at=timezone.now())
        messages.success(request, f"{count} resource server(s) switched off.")

    @admin.action(description="Switch on again")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[ResourceServer]) -> None:
        """Let the services ask again, with the secret that they have."""
        messages.success(request, f"{queryset.update(disabled_at=None)} resource server(s) switched on.")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """A secret is never on a page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ResourceServer | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed by hand."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """Return the actions: operators alone come here."""
        return {name: self.get_action(name) for name in ("switch_off", "switch_on", "delete_selected")}
