"""What operators change by hand, for the record: which row, which field, from what, to what."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from oauth_bridge import audit
from oauth_bridge.models import Person

_LONGEST = 200


def changes(form: Any) -> dict[str, list[str]]:
    """Return what a valid form changed: ``{"trust": ["known", "blocked"]}``. Forms of the dashboard hold no secret."""
    return {name: [_words(form.initial.get(name)), _words(form.cleaned_data.get(name))] for name in sorted(form.changed_data)}


class RecordedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Writes an event for each row that is added, changed or deleted, in the transaction of the change."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:  # noqa: FBT001, FBT002  Django's signature
        """Note what was saved: Django asks for its own message at that moment."""
        self._note(request, form.instance, "added" if add else "changed", changes(form))
        return super().construct_change_message(request, form, formsets, add)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *where: Any, **options: Any) -> Any:
        """Run an action on many rows, and tell of it, or neither: Django's own deletes without a transaction."""
        with transaction.atomic():
            return super().response_action(request, queryset, *where, **options)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Model]) -> Any:
        """Note what is about to be deleted."""
        for row in queryset:
            self._note(request, row, "deleted", {})
        return super().log_deletions(request, queryset)

    def _note(self, request: HttpRequest, row: Model, what: str, changed: dict[str, list[str]]) -> None:
        operator = request.user if isinstance(request.user, Person) else None
        table = str(self.opts.verbose_name)
        audit.record(
            audit.Kind.CHANGED_BY_HAND, operator=operator, table=table, row=str(row)[:_LONGEST], change=what, changes=changed
        )


def _words(value: object) -> str:
    return "" if value is None else str(value)[:_LONGEST]
