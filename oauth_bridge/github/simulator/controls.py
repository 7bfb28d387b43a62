"""The simulator's handles for tests in the same process: what the control API does over HTTP, as methods."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from oauth_bridge.github.simulator import browser
from oauth_bridge.github.simulator.faults import Fault, Kind
from oauth_bridge.github.simulator.messages import Request
from oauth_bridge.github.simulator.people import Email, Membership, Person
from oauth_bridge.github.simulator.scopes import parse_scopes
from oauth_bridge.github.simulator.state import Settings, State


class BadSetting(ValueError):
    """No switch of this name takes this value. The message is safe to show."""


class Controls:
    """Handles on a simulator's state. All may be used while it serves."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._url = ""

    @property
    def url(self) -> str:
        """Return the web root (``GITHUB_URL``), without a trailing slash; empty before the first start."""
        return self._url

    @property
    def api_url(self) -> str:
        """Return the API's root (``GITHUB_API_URL``), without a trailing slash."""
        return f"{self._url}/api/v3"

    @property
    def requests(self) -> list[Request]:
        """Return what has been asked, oldest first, without the control API's own requests."""
        return list(self.state.requests)

    def requests_holding(self, text: str) -> list[Request]:
        """Return the requests that have ``text`` anywhere: proves that a secret of ours never came here."""
        return [request for request in self.requests if text in _everything(request)]

    def approve(self, authorize_url: str, *, login: str) -> str:
        """Press the button of ``login`` on the authorization page, over HTTP; return the callback URL with its code.

        Raises:
            NotAuthorized: the page has no such button.
        """
        return browser.press(authorize_url, ("login", login))

    def deny(self, authorize_url: str) -> str:
        """Press *Cancel*; return the callback URL with ``error=access_denied``."""
        return browser.press(authorize_url, ("cancel", "1"))

    def access_token(self, login: str, *, scope: str = "read:user user:email", client_id: str = "gatehouse") -> str:
        """Return a working access token without any sign-in, for tests of what comes after it."""
        person = self.state.people.get(login)
        return self.state.issue(person.id, client_id, parse_scopes(scope))[0]

    def fault(
        self,
        path: str,
        kind: Kind,
        *,
        times: int | None = 1,
        seconds: float = 1.0,
        status: int = 500,
        retry_after: int = 60,
        location: str = "",
    ) -> None:
        """Arm a fault for requests whose path starts with ``path``; ``times=None`` means until ``reset``."""
        self.state.faults.add(Fault(path, kind, times, seconds, status, retry_after, location))

    def revoke(self, login: str) -> None:
        """Kill all tokens of a person; a new sign-in works.

        Raises:
            UnknownLogin: nobody has the login.
        """
        self.state.revocations.end_person(self.state.people.get(login).id, at=self.state.microseconds())

    def rename(self, login: str, to: str) -> None:
        """Give an account another login; the id stays."""
        self.state.people.rename(login, to)

    def add_person(self, login: str, *, person_id: int, name: str | None = None, email: str | None = None) -> None:
        """Open an account: with the login that a renamed person gave up, that is a recycled login."""
        emails = (Email(email, primary=True, visibility="public"),) if email else ()
        self.state.people.add(Person(person_id, login, name, emails))

    def remove_person(self, login: str) -> None:
        """Close an account; its tokens open nothing any more."""
        self.state.people.remove(login)

    def set_membership(self, login: str, org: str, membership: Membership | None) -> None:
        """Change somebody's place in an organization; None takes it away."""
        self.state.people.set_membership(login, org, membership)

    def configure(self, values: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Turn switches of ``Settings``, by name: ``configure(expiring_tokens=True)``.

        Raises:
            BadSetting: there is no such switch, or the value is of another type; then nothing is set.
        """
        wanted = {**(values or {}), **more}
        _check_settings(wanted)
        for name, value in wanted.items():
            setattr(self.state.settings, name, value)

    def reset(self) -> None:
        """Return to the state of a fresh start: the cast, no faults, no revocations, nothing remembered."""
        self.state.reset()


def _check_settings(values: Mapping[str, Any]) -> None:
    fresh = Settings()
    known = {field.name: type(getattr(fresh, field.name)) for field in fields(Settings)}
    for name, value in values.items():
        good = value is None or isinstance(value, str) if name == "client_secret" else type(value) is known.get(name)
        if not good:
            raise BadSetting(f"no setting {name} takes such a value; there are: {', '.join(known)}")


def _everything(request: Request) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
    return f"{request.method} {request.path}?{request.query}\n{headers}\n\n{request.body.decode('utf-8', 'replace')}"
