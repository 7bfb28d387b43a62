"""The operator's page for those who asked for access: an answer is one press."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from oauth_bridge import access_requests, roles
from oauth_bridge.admin import parts
from oauth_bridge.models import AccessRequest

MAX_WAITING = 50
_TONES = {
    AccessRequest.State.OPEN: parts.WARN,
    AccessRequest.State.APPROVED: parts.GOOD,
    AccessRequest.State.REFUSED: parts.BAD,
}


class DecisionForm(ActionForm):
    """What stands beside the button of the list's actions."""

    until = forms.DateField(
        required=False,
        label="Allowed until",
        help_text="Optional, the last day",
        widget=forms.DateInput(attrs={"type": "date"}),
    )


@admin.register(AccessRequest)
class AccessRequestAdmin(parts.ReadOnlyAdmin):
    """Who asked to be let in. The message is a stranger's: text, and nothing to follow."""

    list_display = ("login", "message", "client_name", "asked", "answer", "decided_by")
    list_filter = ("state",)
    search_fields = ("login", "message")
    actions = ("approve", "refuse")
    action_form = DecisionForm
    show_full_result_count = False
    fields = ("login", "github_id", "message", "client_name", "address", "at", "state", "decided_by", "decided_at")
    change_list_template = "admin/oauth_bridge/accessrequest_list.html"

    @admin.display(description="Asked", ordering="at")
    def asked(self, request: AccessRequest) -> SafeString | str:
        """Return when it was asked."""
        return parts.ago(request.at)

    @admin.display(description="Answer", ordering="state")
    def answer(self, request: AccessRequest) -> SafeString:
        """Return what became of it."""
        return parts.badge(request.get_state_display(), _TONES[AccessRequest.State(request.state)])

    @admin.action(permissions=["operate"], description="Allow: the account may sign in from now on")
    def approve(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> None:
        """Let accounts in, perhaps until a day."""
        roles.require(request, "operate")
        try:
            until = _until(request.POST.get("until", ""))
        except ValueError as error:
            messages.error(request, str(error))
            return
        operator = parts.operator_of(request)
        decided = sum(access_requests.approve(asked, operator=operator, until=until) for asked in queryset)
        messages.success(request, f"{decided} account(s) allowed.")

    @admin.action(permissions=["operate"], description="Refuse")
    def refuse(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> None:
        """Refuse; the person may ask again a day later."""
        roles.require(request, "operate")
        decided = sum(access_requests.refuse(asked, operator=parts.operator_of(request)) for asked in queryset)
        messages.success(request, f"{decided} request(s) refused.")

    def get_urls(self) -> list[URLPattern]:
        """Return the paths, with ours first: Django takes what is left for a key."""
        answer = self.admin_site.admin_view(require_POST(self._answer))
        return [path("<int:key>/decide/", answer, name="oauth_bridge_accessrequest_decide"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show those who wait, above the list of all."""
        waiting = AccessRequest.objects.filter(state=AccessRequest.State.OPEN).order_by("at")
        more = {
            "title": "Requests for access",
            "waiting": waiting[:MAX_WAITING],
            "waiting_count": waiting.count(),
            "may_operate": roles.may(request, "operate"),
            "tomorrow": (timezone.now() + timedelta(days=1)).date().isoformat(),
        }
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def _answer(self, request: HttpRequest, key: int) -> HttpResponse:
        roles.require(request, "operate")
        asked, list_path = AccessRequest.objects.filter(pk=key).first(), reverse("admin:oauth_bridge_accessrequest_changelist")
        if asked is None:
            raise Http404
        operator = parts.operator_of(request)
        try:
            match request.POST.get("decision"):
                case "approve":
                    until = _until(request.POST.get("until", ""))
                    is_first, said = access_requests.approve(asked, operator=operator, until=until), "Allowed"
                case "refuse":
                    is_first, said = access_requests.refuse(asked, operator=operator), "Refused"
                case _:
                    raise Http404
        except ValueError as error:
            return parts.back(request, str(error), list_path, level=messages.ERROR)
        if not is_first:
            return parts.back(request, "Somebody has decided that already.", list_path, level=messages.WARNING)
        return parts.back(request, f"{said}: {asked.login}.", list_path)


def _until(text: str) -> datetime | None:
    """Return the end of a day, or None for no end.

    Raises:
        ValueError: no day, or one that is over. The message is for the operator.
    """
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("Write the day as 2026-12-31. Nothing was decided.") from None
    until = day + timedelta(days=1)
    if until <= timezone.now():
        raise ValueError("That day is over. Nothing was decided.")
    return until
