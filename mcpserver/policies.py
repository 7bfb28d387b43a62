"""What the operator has decided about tools, in this process's memory, and how a change reaches every process.

A decision raises the revocation epoch in its own transaction: it may take a right away. Whoever sees a new epoch
(``bearer``, twice a second at most) reads the decisions anew before it believes anybody.
"""

from django.contrib.auth import get_user_model
from django.db.models.signals import m2m_changed

from mcpserver import database
from mcpserver.streams import notices
from oauth_bridge import sessions
from tools import changes, policy_rows
from tools.policy import Policy


class Policies:
    """The decisions that hold in this process. Before the first caller is verified, none are known but the settings'."""

    def __init__(self) -> None:
        self._current: Policy | None = None

    @property
    def current(self) -> Policy:
        """Return what holds now."""
        if self._current is None:
            self._current = Policy(on_at_first=policy_rows.on_at_first())
        return self._current

    async def reload(self) -> None:
        """Read what is decided."""
        await database.run(self.read)

    def read(self) -> None:
        """Read what is decided, from a thread."""
        self._current = policy_rows.load()

    def forget(self) -> None:
        """Know nothing but the settings. For tests: a server never forgets."""
        self._current = None


POLICIES = Policies()


def connect() -> None:
    """Listen to decisions. Called once, when the project starts."""
    changes.policy_changed.connect(_changed)
    # Rules name groups of this server, and who is in them is remembered with each caller.
    m2m_changed.connect(_memberships_changed, sender=get_user_model().groups.through)


def _changed(**_: object) -> None:
    from mcpserver import bearer  # which asks this module

    sessions.withdraw_rights()
    # Not before every process has read the decisions: a client asks for the list at once, from any of them.
    notices.announce_lists_changed(wait_seconds=bearer.EPOCH_SECONDS)


def _memberships_changed(*, action: str, **_: object) -> None:
    if action.startswith("post_"):
        _changed()
