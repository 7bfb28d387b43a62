"""Whether tools look to clients as they did when this server last started. People approve a tool by what it says of itself."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from tools import changes
from tools.models import ToolDefinition
from tools.registry import Catalog

Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one tool's definition; the hashes are empty where there was, or is, none."""

    name: str
    kind: Kind
    before: str = ""
    after: str = ""


def sha256(definition: Mapping[str, Any]) -> str:
    """Return the hash of a definition: of its JSON with sorted keys and without spaces, in ASCII."""
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def record(catalog: Catalog) -> list[Change]:
    """Compare with what was recorded last, record what is now, and return what has changed: nothing at the first start.

    Of replicas that start together one finds each change: a row is written by a statement that names what it holds.
    """
    now = {tool.name: sha256(tool.definition) for tool in catalog}
    with transaction.atomic():
        before = dict(ToolDefinition.objects.values_list("name", "sha256"))
        found = [change for change in _compared(before, now) if _write(change)]
        if not before:
            return []
        for change in found:
            changes.definition_changed.send(sender=None, change=change)
    return found


def _compared(before: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    added = [Change(name, "added", after=now[name]) for name in now if name not in before]
    changed = [Change(name, "changed", before[name], now[name]) for name in now if before.get(name, now[name]) != now[name]]
    removed = [Change(name, "removed", before=before[name]) for name in before if name not in now]
    return [*added, *changed, *removed]


def _write(change: Change) -> bool:
    """Write one change; return whether it was still to be written."""
    row = ToolDefinition.objects.filter(name=change.name, sha256=change.before)
    match change.kind:
        case "added":
            defaults = {"sha256": change.after, "since": timezone.now()}
            return ToolDefinition.objects.get_or_create(name=change.name, defaults=defaults)[1]
        case "changed":
            return bool(row.update(sha256=change.after, since=timezone.now()))
        case "removed":
            return bool(row.delete()[0])
