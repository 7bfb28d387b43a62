"""The operator's pages for rules and requests for access."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from oauth_bridge import access_requests, audit
from oauth_bridge.models import AccessRequest, AllowRule, AuthEvent, Person
from oauth_bridge.people.rules import enforce_rules, remove
from oauth_bridge.protocol import logins

_NO_LOGIN = "A GitHub login has letters, digits and hyphens only, at most 39."
_NO_TEAM = "Write the team as the last part of its address at GitHub: letters, digits, hyphens and underscores."


class AllowRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers only
    """A rule, checked as GitHub would."""

    class Meta:
        model = AllowRule
        fields = ("kind", "login", "team", "is_admin", "expires_at", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            # A form that does not say is for a person, as it was before there were kinds.
            self.fields["kind"].required = False

    def clean_kind(self) -> str:
        """Return the kind."""
        return self.cleaned_data["kind"] or AllowRule.Kind.LOGIN

    def clean_login(self) -> str:
        """Return the login.

        Raises:
            ValidationError: it cannot be a login of GitHub's.
        """
        login: str = self.cleaned_data["login"].strip().removeprefix("@")
        if not logins.is_login(login):
            raise forms.ValidationError(_NO_LOGIN)
        return login

    def clean_team(self) -> str:
        """Return the team's slug.

        Raises:
            ValidationError: it cannot be one.
        """
        team: str = self.cleaned_data["team"].strip()
        if team and not logins.is_team(team):
            raise forms.ValidationError(_NO_TEAM)
        return team

    def clean_expires_at(self) -> datetime | None:
        """Return the expiry. A past one is taken: it ends the right now, and keeps the row."""
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        return expires_at

    def clean(self) -> dict[str, Any]:
        """Return the values.

        Raises:
            ValidationError: they do not go together, or there is such a rule.
        """
        data: dict[str, Any] = super().clean() or {}
        # Names of a rule that is bound stay as they are, and are not in the form.
        kind = data.get("kind") or self.instance.kind
        login = data.get("login") or self.instance.login
        team = data.get("team", self.instance.team)
        if (kind == AllowRule.Kind.TEAM) != bool(team):
            self.add_error("team" if "team" in self.fields else None, "A rule for a team names one, and no other rule does.")
        if data.get("is_admin") and kind != AllowRule.Kind.LOGIN:
            self.add_error("is_admin", "Operators are named one by one: write a rule for the person.")
        same_name = AllowRule.objects.filter(kind=kind, login__iexact=login, team__iexact=team).exclude(pk=self.instance.pk)
        if "login" in data and same_name.exists():
            self.add_error(
                "login", "There is a rule of that name. If the name has a new owner at GitHub, delete the rule first."
            )
        return data


@admin.register(AllowRule)
class AllowRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Who may sign in. Taking a rule away ends the sessions that depend on it."""

    form = AllowRuleForm
    list_display = ("__str__", "kind", "bound_to", "is_admin", "expires_at", "source", "note", "created_at")
    list_filter = ("kind", "is_admin", "source")
    search_fields = ("login", "team", "note")
    readonly_fields = ("github_id", "organization_id", "team_id", "source", "created_at")

    @admin.display(description="GitHub's number")
    def bound_to(self, rule: AllowRule) -> int | None:
        """Return the number that the rule is bound to."""
        return rule.github_id or rule.team_id or rule.organization_id

    def get_readonly_fields(self, request: HttpRequest, obj: AllowRule | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Return the fields that stay: a rule that is bound keeps its names."""
        return (*self.readonly_fields, "kind", "login", "team") if obj and self.bound_to(obj) else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: AllowRule, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        """Save, and take away what no rule gives any more."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            kind = audit.Kind.RULE_CHANGED if change else audit.Kind.RULE_ADDED
            self._record(request, kind, obj, changed=sorted(form.changed_data))
            self._enforce(request)

    def delete_model(self, request: HttpRequest, obj: AllowRule) -> None:
        """Delete, and end what depended on it."""
        with transaction.atomic():
            self._record(request, audit.Kind.RULE_REMOVED, obj)
            remove(AllowRule.objects.filter(pk=obj.pk))
            self._enforce(request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AllowRule]) -> None:
        """Delete, and end what depended on it."""
        with transaction.atomic():
            for rule in queryset:
                self._record(request, audit.Kind.RULE_REMOVED, rule)
            remove(queryset)
            self._enforce(request)

    def _record(self, request: HttpRequest, kind: AuthEvent.Kind, rule: AllowRule, *, changed: list[str] | None = None) -> None:
        detail: dict[str, str | list[str]] = {"rule": str(rule), "rule_kind": rule.kind, "changed": changed or []}
        if rule.expires_at:
            detail["expires"] = rule.expires_at.isoformat()
        audit.record(kind, login=rule.login, operator=_operator(request), **detail)  # type: ignore[arg-type]  # detail is what is left

    def _enforce(self, request: HttpRequest) -> None:
        operator = _operator(request)
        # Once more when everybody can see the change: a code that is redeemed just now makes a session that this one misses.
        transaction.on_commit(lambda: enforce_rules(operator=operator))
        if ended := enforce_rules(operator=operator):
            messages.info(request, f"{ended} session(s) ended: no rule allows their people any more.")


class DecisionForm(ActionForm):
    """What stands beside the button of the list's actions."""

    until = forms.DateField(
        required=False,
        label="Allowed until",
        help_text="Optional, the last day",
        widget=forms.DateInput(attrs={"type": "date"}),
    )


@admin.register(AccessRequest)
class AccessRequestAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Who asked to be let in. The message is a stranger's: text, and nothing to follow."""

    list_display = ("login", "github_id", "message", "client_name", "at", "state", "decided_by", "decided_at")
    list_filter = ("state",)
    search_fields = ("login", "message")
    actions = ["approve", "refuse"]
    action_form = DecisionForm
    fields = ("login", "github_id", "message", "client_name", "address", "at", "state", "decided_by", "decided_at")

    @admin.action(description="Allow: the account may sign in from now on")
    def approve(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> None:
        """Let accounts in, perhaps until a day."""
        try:
            until = _until(request.POST.get("until", ""))
        except ValueError as error:
            messages.error(request, str(error))
            return
        operator = _operator(request)
        decided = sum(access_requests.approve(asked, operator=operator, until=until) for asked in queryset)
        messages.success(request, f"{decided} account(s) allowed.")

    @admin.action(description="Refuse")
    def refuse(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> None:
        """Refuse; the person may ask again a day later."""
        decided = sum(access_requests.refuse(asked, operator=_operator(request)) for asked in queryset)
        messages.success(request, f"{decided} request(s) refused.")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:  # noqa: ARG002
        """Return the actions: looking is enough of a right to see them, operators alone come here."""
        return {name: self.get_action(name) for name in ("approve", "refuse")}

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Requests come from the page for those who are not allowed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Decided by actions alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Kept: it is part of the record."""
        return False


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


def _operator(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # noqa: S101  the admin site lets operators alone come here
    return request.user
