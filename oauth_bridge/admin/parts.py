"""Small pieces of the operator's pages: the same look and the same words everywhere. Everything is escaped."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from oauth_bridge import roles
from oauth_bridge.models import Client, Person, Session
from oauth_bridge.protocol import redirect_uris

GOOD, QUIET, WARN, BAD = "good", "quiet", "warn", "bad"
STYLES = ("gatehouse/access.css",)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers only
    """Rows that the server writes: an operator looks, and acts by buttons."""

    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": STYLES}

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nothing is added by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed by hand."""
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Return whether whoever asks may run the actions: each names this right."""
        return roles.may(request, "operate")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Rows are part of the record."""
        return False


def badge(text: str, tone: str = QUIET) -> SafeString:
    """Return a word in a coloured frame; the word says it, the colour only helps."""
    return format_html('<span class="tag {}">{}</span>', tone, text)


def chips(words: Iterable[str]) -> SafeString:
    """Return short words in a row."""
    return format_html_join(" ", '<span class="chip">{}</span>', ((word,) for word in words))


def ago(moment: datetime | None) -> SafeString | str:
    """Return how long ago something was, with the very moment for whoever points at it."""
    if moment is None:
        return "never"
    near = timezone.now() - moment < timedelta(minutes=1)
    words = "just now" if near else f"{timesince(moment, depth=1)} ago"
    exact = date_format(timezone.localtime(moment), "Y-m-d H:i:s e")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)


def second_line(first: str, second: str) -> SafeString:
    """Return a cell with something smaller below."""
    return format_html('<span class="cell-main">{}</span><span class="cell-more">{}</span>', first, second)


def path_of(row: Model) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def name_of(client: Client) -> str:
    """Return what a client calls itself."""
    return client.name or "A program without a name"


def hosts_of(client: Client) -> list[str]:
    """Return where a client's answers go."""
    found = []
    for uri in client.registered_redirect_uris:
        try:
            found.append(redirect_uris.parse(uri).display_host)
        except redirect_uris.InvalidRedirectUri:
            found.append("unreadable")
    return list(dict.fromkeys(found))


def session_state(session: Session) -> SafeString:
    """Return whether a session is alive, in a word."""
    if session.ended_at:
        return badge(f"ended: {session.get_end_reason_display()}")
    return badge("expired") if session.expires_at <= timezone.now() else badge("active", GOOD)


def operator_of(request: HttpRequest) -> Person:
    """Return who asks: the admin site lets people with an account alone come here."""
    assert isinstance(request.user, Person)  # noqa: S101
    return request.user


def back(request: HttpRequest, text: str, path: str, *, level: int = messages.SUCCESS) -> HttpResponseRedirect:
    """Say what happened, on the page to look at next."""
    messages.add_message(request, level, text)
    return HttpResponseRedirect(path)


def count_of(number: int, singular: str, plural: str = "") -> str:
    """Return ``1 session``, ``2 sessions``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def page_context(model_admin: Any, request: HttpRequest, title: str, **more: object) -> dict[str, object]:
    """Return what a page of our own needs to look like the others."""
    return {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "media": model_admin.media,
        **more,
    }
