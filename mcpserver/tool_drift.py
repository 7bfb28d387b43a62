"""When tools look to clients otherwise than at the last start, there is an audit event for each."""

from oauth_bridge import audit
from oauth_bridge.models import AuthEvent
from tools import changes, drift
from tools.catalog import CATALOG
from tools.drift import Change


def connect() -> None:
    """Listen to changes. Called once, when the project starts."""
    changes.definition_changed.connect(_record)


def look() -> None:
    """Compare the tools with those of the last start."""
    drift.record(CATALOG)


def _record(*, change: Change, **_: object) -> None:
    audit.record(AuthEvent.Kind.TOOL_CHANGED, tool=change.name, change=change.kind, before=change.before, after=change.after)
