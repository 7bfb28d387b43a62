"""When a sign-in finds that a person has another login or name, whoever watches their profile is told."""

from collections.abc import Iterable

from oauth_bridge import signals
from tools import changes
from tools.catalog.user import user


def connect() -> None:
    """Listen to sign-ins. Called once, when the project starts."""
    signals.person_changed.connect(_tell)


def _tell(*, github_id: int, logins: Iterable[str], **_: object) -> None:
    # Under the former login as well: what was read there is not to be read there any more.
    for login in sorted(logins):
        changes.resource_updated.send(sender=None, uri=user.template.expand({"login": login}), github_id=github_id)
