"""Browser sessions: Django's, in the database, with one statement at a sign-in where Django needs three."""

import secrets

from django.contrib.sessions.backends import db

from oauth_bridge import statements


class SessionStore(db.SessionStore):
    """A session's row is written once, at the end of the request. Used through ``settings.SESSION_ENGINE``."""

    def cycle_key(self) -> None:
        """Give up the key and its row: the data get a new key when they are saved."""
        data, key = self._session, self.session_key  # type: ignore[attr-defined]
        self._session_key = None
        self._session_cache = data
        self.modified = True
        if key:
            self.delete(key)

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  Django's way to call
        """Write the row, and a new one by one statement."""
        if not must_create:
            super().save()
            return
        statements.insert(self.create_model_instance(self._get_session(no_load=True)))  # type: ignore[attr-defined]

    def _get_new_session_key(self) -> str:
        # 160 random bits: not looked up first, and the primary key would refuse what exists.
        return secrets.token_hex(20)
