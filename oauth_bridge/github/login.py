"""Sign-in through GitHub: social-auth's backend, with an attempt of our own in place of its state in the browser session.

social-auth keeps state, verifier and the way back in the session, which two tabs overwrite for each other. Here each
attempt is a row: single use, bound to the browser, judged by one statement.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from requests import Response
from social_core.backends.github import GithubOAuth2
from social_core.backends.github_enterprise import GithubEnterpriseMixin
from social_core.backends.oauth import BaseOAuth2PKCE
from social_core.exceptions import AuthResponseError
from social_django.utils import load_strategy

from oauth_bridge.models import GitHubCredential, Person
from wire import strict_json

MAX_PROFILE_BYTES = 200_000


class SignInRefused(Exception):
    """GitHub says who it is, and no rule lets that account in."""

    def __init__(self, login: str) -> None:
        super().__init__("No rule allows this account.")
        self.login = login


@dataclass(frozen=True, slots=True)
class Trip:
    """The secrets of one trip to GitHub and back."""

    state: str
    code_verifier: str
    scope: tuple[str, ...]


class GitHubOAuth2(GithubEnterpriseMixin, GithubOAuth2[HttpResponse], BaseOAuth2PKCE[HttpResponse]):
    """GitHub, GitHub Enterprise Server and the simulator alike: only the two URLs of the settings differ."""

    name = "github"
    trip: Trip | None = None
    credential: GitHubCredential | None = None

    def get_or_create_state(self) -> str:
        """Return the state of this trip."""
        return self._trip.state

    def validate_state(self) -> str:
        """Return the state: the view has judged it in the database before it came here."""
        return self._trip.state

    def create_code_verifier(self, state: str | None = None) -> str:  # noqa: ARG002  the trip is this backend's own
        """Return the PKCE verifier towards GitHub."""
        return self._trip.code_verifier

    def get_code_verifier(self, state: str | None = None) -> str:  # noqa: ARG002
        """Return the PKCE verifier towards GitHub."""
        return self._trip.code_verifier

    def get_scope(self) -> list[str]:
        """Return what this trip asks for."""
        return list(self._trip.scope)

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return GitHub's account record, checked: a number for an id, a text for a login.

        Raises:
            AuthResponseError: it is anything else.
        """
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/vnd.github+json"}
        answer: Response = self.request(f"{settings.GITHUB_API_URL}/user", headers=headers, stage="user_info")
        try:
            account = strict_json.loads(answer.content, max_bytes=MAX_PROFILE_BYTES)
        except strict_json.InvalidJSON as error:
            raise AuthResponseError(self, code="malformed_response", stage="user_info") from error
        if not isinstance(account, dict) or type(account.get("id")) is not int or not isinstance(account.get("login"), str):
            raise AuthResponseError(self, code="malformed_response", stage="user_info")
        return {"id": account["id"], "login": account["login"], "name": account.get("name")}

    def run_authentication(self, *args: Any, **kwargs: Any) -> Person:
        """Run the pipeline in one transaction: a sign-in leaves all of its rows or none."""
        with transaction.atomic():
            person = super().run_authentication(*args, **kwargs)
        assert isinstance(person, Person)  # noqa: S101  the pipeline ends with one, or raises
        return person

    @property
    def _trip(self) -> Trip:
        assert self.trip is not None  # noqa: S101  set by `begin_url` and `complete`, the only ways in
        return self.trip


def begin_url(request: HttpRequest, trip: Trip, *, select_account: bool) -> str:
    """Return GitHub's authorization URL for a trip."""
    url: str = _backend(request, trip).auth_url()
    return f"{url}&prompt=select_account" if select_account else url


def complete(request: HttpRequest, trip: Trip) -> tuple[Person, GitHubCredential]:
    """Return who came back from GitHub, and the credential that GitHub gave for them.

    Raises:
        SignInRefused: no rule lets the account in.
        SocialAuthBaseException: GitHub refused, did not answer, or answered nonsense.
    """
    backend = _backend(request, trip)
    person = backend.auth_complete(user=None)
    assert isinstance(person, Person)  # noqa: S101  `run_authentication` says so
    assert backend.credential is not None  # noqa: S101  the pipeline's last step
    return person, backend.credential


def _backend(request: HttpRequest, trip: Trip) -> GitHubOAuth2:
    # The callback comes from configuration: social-auth would build it from the request's Host.
    strategy = load_strategy(request)  # type: ignore[no-untyped-call]
    backend = GitHubOAuth2(strategy, redirect_uri=f"{settings.PUBLIC_URL}/callback")
    backend.trip = trip
    return backend
