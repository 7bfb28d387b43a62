"""The operator's pages for clients' documents: what is stored, what changed, and which hosts are trusted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from oauth_bridge.documents import hosts
from oauth_bridge.models import ClientDocument, ClientDocumentChange, ClientHost
from oauth_bridge.protocol import client_urls
from oauth_bridge.recorded_admin import RecordedAdmin


class RecordAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Rows that the server writes, to look at."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is deleted by hand."""
        return False


@admin.register(ClientDocument)
class ClientDocumentAdmin(RecordAdmin):
    """The copies, and which sites fail."""

    list_display = ("url", "client", "fetched_at", "fresh_until", "failing_since", "error")
    list_select_related = ("client",)
    search_fields = ("url", "client__name")
    fields = ("client", "url", "host", "fetched_at", "fresh_until", "etag", "failing_since", "error", "body")


@admin.register(ClientDocumentChange)
class ClientDocumentChangeAdmin(RecordAdmin):
    """What clients changed about themselves."""

    list_display = ("at", "client", "field", "before", "after")
    list_filter = ("field",)
    list_select_related = ("client",)
    search_fields = ("client__client_id", "client__name")
    fields = ("at", "client", "field", "before", "after")


class ClientHostForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A host, spelled as the address of a document spells it."""

    class Meta:
        model = ClientHost
        fields = ("host", "trust", "note")

    def clean_host(self) -> str:
        """Return the host.

        Raises:
            ValidationError: no document can come from there.
        """
        host: str = self.cleaned_data["host"].strip().lower().removeprefix("https://").partition("/")[0]
        if not client_urls.is_fetchable(f"https://{host}/document"):
            raise forms.ValidationError("Enter a host name such as client.example, without a port.")
        return host


@admin.register(ClientHost)
class ClientHostAdmin(RecordedAdmin):
    """Which hosts are known or blocked."""

    form = ClientHostForm
    list_display = ("host", "trust", "note")
    list_filter = ("trust",)
    search_fields = ("host", "note")

    def save_model(self, request: HttpRequest, obj: ClientHost, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        """Save; a blocked host's sessions end at once."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            ended = hosts.end_sessions(obj.host) if obj.trust == ClientHost.Trust.BLOCKED else 0
        if ended:
            messages.info(request, f"{ended} session(s) of its clients ended.")
