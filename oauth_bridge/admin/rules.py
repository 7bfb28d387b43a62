"""The operator's pages for the allow-list: each change shows who gains and who loses before it is made."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as django_delete_selected
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from oauth_bridge import audit, recorded_admin, roles
from oauth_bridge.admin import parts
from oauth_bridge.admin.rule_form import AllowRuleForm, MomentWidget
from oauth_bridge.models import AllowRule, AuthEvent
from oauth_bridge.people import owners, preview
from oauth_bridge.people.rules import enforce_rules, remove

_OWNERS_ALONE = "Only an owner says who is an operator."


class StateFilter(admin.SimpleListFilter):
    """Whether it still counts."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        return [("counts", "Counts"), ("ends", "Ends some day"), ("expired", "Expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AllowRule]) -> QuerySet[AllowRule]:  # noqa: ARG002
        """Return the rows of the choice."""
        now = timezone.now()
        match self.value():
            case "counts":
                return queryset.exclude(expires_at__lte=now)
            case "ends":
                return queryset.filter(expires_at__gt=now)
            case "expired":
                return queryset.filter(expires_at__lte=now)
            case _:
                return queryset


@admin.register(AllowRule)
class AllowRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Who may sign in. Taking a rule away ends the sessions that depend on it."""

    form = AllowRuleForm
    list_display = ("whom", "kind", "bound_to", "until", "note", "source", "state")
    list_filter = (StateFilter, "kind", "is_admin", "source")
    search_fields = ("login", "team", "note")
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides = {models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": MomentWidget}}
    search_help_text = "A login, an organization, a team, a note"
    readonly_fields = ("github_id", "organization_id", "team_id", "source", "created_at")
    actions = ("delete_selected",)
    show_full_result_count = False
    change_list_template = "admin/oauth_bridge/allowrule_list.html"
    change_form_template = "admin/oauth_bridge/allowrule_form.html"
    delete_confirmation_template = "admin/oauth_bridge/allowrule_delete.html"
    delete_selected_confirmation_template = "admin/oauth_bridge/allowrule_delete_selected.html"

    class Media:
        css = {"all": parts.STYLES}

    @admin.display(description="Who", ordering="login")
    def whom(self, rule: AllowRule) -> SafeString:
        """Return whom it lets in."""
        return parts.second_line(str(rule), "becomes an operator" if rule.is_admin else "")

    @admin.display(description="GitHub's number")
    def bound_to(self, rule: AllowRule) -> int | None:
        """Return the number that the rule is bound to."""
        return rule.github_id or rule.team_id or rule.organization_id

    @admin.display(description="Until", ordering="expires_at")
    def until(self, rule: AllowRule) -> str:
        """Return when it ends."""
        return f"{rule.expires_at:%Y-%m-%d %H:%M}" if rule.expires_at else "no end"

    @admin.display(description="State")
    def state(self, rule: AllowRule) -> SafeString:
        """Return whether it counts."""
        if not rule.is_live(timezone.now()):
            return parts.badge("expired", parts.BAD)
        return parts.badge("in use", parts.GOOD) if self.bound_to(rule) else parts.badge("not used yet")

    def get_fieldsets(self, request: HttpRequest, obj: AllowRule | None = None) -> list[Any]:  # noqa: ARG002
        """Return what is asked, and for a rule that is there what is known of it."""
        asked = ("Who", {"fields": ("kind", "login", "team")}), ("How", {"fields": ("expires_at", "note", "is_admin")})
        known = ("What is known", {"fields": self.readonly_fields})
        return [*asked, known] if obj else [*asked]

    def get_readonly_fields(self, request: HttpRequest, obj: AllowRule | None = None) -> tuple[str, ...]:
        """Return the fields that stay: a rule that is bound keeps its names, and owners alone name operators."""
        fixed = ("kind", "login", "team") if obj and self.bound_to(obj) else ()
        not_theirs = () if roles.may(request, "own") else ("is_admin",)
        return (*self.readonly_fields, *fixed, *not_theirs)

    def has_change_permission(self, request: HttpRequest, obj: AllowRule | None = None) -> bool:
        """Return whether the rule may be changed: an operator's is an owner's business."""
        return super().has_change_permission(request, obj) and self._is_theirs(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: AllowRule | None = None) -> bool:
        """Return whether the rule may be taken away."""
        return super().has_delete_permission(request, obj) and self._is_theirs(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the rules."""
        more = {"title": "Who may sign in", "may_operate": roles.may(request, "operate")}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form, what it would do (``_preview``), or do it."""
        more = {"title": "Change a rule" if object_id else "Let somebody in", **(extra_context or {})}
        try:
            if request.method == "POST" and "_preview" in request.POST:
                return self._preview(request, object_id, form_url, more)
            return super().changeform_view(request, object_id, form_url, more)
        except owners.LastOwner as error:
            return parts.back(request, str(error), request.path, level=messages.ERROR)

    def _preview(self, request: HttpRequest, object_id: str | None, form_url: str, more: dict[str, Any]) -> HttpResponse:
        """Save as the form would, look at who may go on, and undo it."""
        rows = AllowRule.objects.filter(pk=object_id) if object_id and object_id.isdigit() else AllowRule.objects.none()
        row = rows.first()
        allowed = self.has_change_permission(request, row) if object_id else self.has_add_permission(request)
        if not allowed or (object_id and row is None):
            raise PermissionDenied
        form = self.get_form(request, row, change=row is not None)(request.POST, request.FILES, instance=row)
        if form.is_valid():
            more["preview"] = preview.of(form.save)
            more["newcomer"] = str(form.instance)
        return self._shown_again(request, object_id, form_url, more, form)

    def _shown_again(
        self, request: HttpRequest, object_id: str | None, form_url: str, more: dict[str, Any], form: Any
    ) -> HttpResponse:
        fieldsets = self.get_fieldsets(request, form.instance if object_id else None)
        readonly = self.get_readonly_fields(request, form.instance if object_id else None)
        shown = admin.helpers.AdminForm(form, list(fieldsets), {}, readonly, model_admin=self)
        context = {
            **self.admin_site.each_context(request),
            "adminform": shown,
            "object_id": object_id,
            "original": form.instance if object_id else None,
            "is_popup": False,
            "to_field": None,
            "media": self.media + shown.media,
            "inline_admin_formsets": [],
            "errors": admin.helpers.AdminErrorList(form, []),
            "preserved_filters": "",
            **more,
        }
        is_add = object_id is None
        return self.render_change_form(
            request, context, add=is_add, change=not is_add, form_url=form_url, obj=form.instance if object_id else None
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show who would lose, or take the rule away."""
        rule = self.get_object(request, object_id)
        more: dict[str, Any] = {"title": "Take this rule away?"}
        if isinstance(rule, AllowRule) and request.method == "GET":
            more["preview"] = preview.of(lambda: remove(AllowRule.objects.filter(pk=rule.pk)))
        try:
            return super().delete_view(request, object_id, {**more, **(extra_context or {})})
        except owners.LastOwner as error:
            return parts.back(request, str(error), request.path.removesuffix("delete/") + "change/", level=messages.ERROR)

    @admin.action(description="Take the selected rules away", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[AllowRule]) -> HttpResponse | None:
        """Show who would lose, or take the rules away."""
        if not roles.may(request, "own") and queryset.filter(is_admin=True).exists():
            messages.error(request, _OWNERS_ALONE)
            return None
        try:
            answer = django_delete_selected(self, request, queryset)
        except owners.LastOwner as error:
            messages.error(request, str(error))
            return None
        if isinstance(answer, TemplateResponse) and answer.context_data is not None:
            keys = list(queryset.values_list("pk", flat=True))
            answer.context_data["preview"] = preview.of(lambda: remove(AllowRule.objects.filter(pk__in=keys)))
            answer.context_data["title"] = f"Take {parts.count_of(len(keys), 'rule')} away?"
        return answer

    def save_model(self, request: HttpRequest, obj: AllowRule, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        """Save, and take away what no rule gives any more."""
        with owners.keep_one():
            super().save_model(request, obj, form, change)
            kind = audit.Kind.RULE_CHANGED if change else audit.Kind.RULE_ADDED
            self._record(request, kind, obj, changed=sorted(form.changed_data), changes=recorded_admin.changes(form))
            self._enforce(request)

    def delete_model(self, request: HttpRequest, obj: AllowRule) -> None:
        """Delete, and end what depended on it."""
        with owners.keep_one():
            self._record(request, audit.Kind.RULE_REMOVED, obj)
            remove(AllowRule.objects.filter(pk=obj.pk))
            self._enforce(request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AllowRule]) -> None:
        """Delete, and end what depended on it."""
        with owners.keep_one():
            for rule in queryset:
                self._record(request, audit.Kind.RULE_REMOVED, rule)
            remove(queryset)
            self._enforce(request)

    def _is_theirs(self, request: HttpRequest, rule: AllowRule | None) -> bool:
        return rule is None or not rule.is_admin or roles.may(request, "own")

    def _record(
        self,
        request: HttpRequest,
        kind: AuthEvent.Kind,
        rule: AllowRule,
        *,
        changed: list[str] | None = None,
        changes: dict[str, list[str]] | None = None,
    ) -> None:
        detail: dict[str, audit.Detail] = {"rule": str(rule), "rule_kind": rule.kind, "changed": changed or []}
        if changes:
            detail["changes"] = changes
        if rule.expires_at:
            detail["expires"] = rule.expires_at.isoformat()
        audit.record(kind, login=rule.login, operator=parts.operator_of(request), **detail)  # type: ignore[arg-type]  # detail is what is left

    def _enforce(self, request: HttpRequest) -> None:
        operator = parts.operator_of(request)
        # Once more when everybody can see the change: a code that is redeemed just now makes a session that this one misses.
        transaction.on_commit(lambda: enforce_rules(operator=operator))
        if ended := enforce_rules(operator=operator):
            messages.info(request, f"{ended} session(s) ended: no rule allows their people any more.")
