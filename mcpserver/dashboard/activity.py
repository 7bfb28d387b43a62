"""What sessions did on the wire, for the pages of who is signed in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from mcpserver.models import TransportSession
from oauth_bridge.admin.activity import Activity
from tools.models import ToolCall

# A transport session that was touched so lately is in use: its row is touched every ten minutes.
_IN_USE = timedelta(minutes=15)


def of_sessions(keys: Sequence[UUID]) -> dict[UUID, Activity]:
    """Return what is known of sessions, in two queries. Revisions without a handshake leave no transport session behind."""
    wanted = [str(key) for key in keys]
    counted = ToolCall.objects.filter(session_id__in=wanted).order_by().values_list("session_id").annotate(count=Count("pk"))
    calls = dict(counted)
    lately, now = {}, timezone.now()
    in_use: dict[UUID, int] = {}
    rows = TransportSession.objects.filter(oauth_session__in=list(keys)).order_by("used_at")
    for key, revision, info, used_at in rows.values_list("oauth_session_id", "revision", "client_info", "used_at"):
        lately[key] = (revision, _program(info))
        in_use[key] = in_use.get(key, 0) + (used_at > now - _IN_USE)
    return {
        key: Activity(*lately.get(key, ("", "")), connections=in_use.get(key, 0), calls=calls.get(str(key), 0)) for key in keys
    }


def _program(info: Any) -> str:
    """Return what a program called itself, in short: the text is its own."""
    if not isinstance(info, dict):
        return ""
    words = (info.get("title") or info.get("name"), info.get("version"))
    return " ".join(str(word) for word in words if isinstance(word, str))[:100]
