"""Sign-in through GitHub: social-auth's backend, with an attempt of our own in place of its state in the browser session.

social-auth keeps state, verifier and the way back in the session, which two tabs overwrite for each other. Here each
attempt is a row: single use, bound to the browser, judged by one statement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from social_core.backends.github import GithubOAuth2
from social_core.backends.github_enterprise import GithubEnterpriseMixin
from social_core.backends.oauth import BaseOAuth2PKCE
from social_core.exceptions import AuthProviderError, AuthResponseError, SocialAuthBaseException
from social_django.utils import load_strategy

from oauth_bridge import anonymous_events, audit, waiting
from oauth_bridge.github import api, membership
from oauth_bridge.models import Client, GitHubCredential, Person
from oauth_bridge.people import members, rules, standing
from oauth_bridge.protocol import logins

R = TypeVar("R")


class SignInRefused(Exception):
    """GitHub says who it is, and nothing lets that account in. ``reason`` is for the operator."""

    def __init__(
        self, github_id: int, login: str, reason: str, *, may_ask: bool = False, answer: members.Answer | None = None
    ) -> None:
        super().__init__("No rule allows this account.")
        self.github_id, self.login, self.reason, self.may_ask = github_id, login, reason, may_ask
        self.answer = answer or members.Answer()


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
    client: Client | None = None
    credential: GitHubCredential | None = None
    membership: members.Answer | None = None
    also: Callable[[Person, GitHubCredential], object] | None = None
    result: Any = None

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

    def request_access_token(self, *_: Any, data: dict[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """Return GitHub's answer to a code: asked as all else is, where social-auth would open a connection each time.

        Raises:
            AuthProviderError: GitHub does not answer. SocialAuthBaseException: it refuses.
        """
        try:
            answer = api.exchange(data or {}, until=api.deadline())
        except api.Unavailable as error:
            raise AuthProviderError(self, code="unavailable", stage="token_exchange") from error
        self._process_error(answer, stage="token_exchange")
        return answer

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return GitHub's account record, checked: a number for an id, a text for a login.

        Raises:
            AuthResponseError: it is anything else. AuthProviderError: GitHub does not answer.
        """
        try:
            account = api.get("/user", token=access_token, until=api.deadline())
        except (api.Unavailable, api.TokenRefused, api.Forbidden) as error:
            raise AuthProviderError(self, code="unavailable", stage="user_info") from error
        if account is None or not _is_account_id(account.get("id")) or not isinstance(account.get("login"), str):
            raise AuthResponseError(self, code="malformed_response", stage="user_info")
        # Asked here, before the pipeline's transaction: nothing is locked while GitHub thinks.
        self.membership = self._membership(account["id"], account["login"], access_token)
        return {"id": account["id"], "login": account["login"], "name": account.get("name")}

    def run_authentication(self, *args: Any, **kwargs: Any) -> Person:
        """Run the pipeline, and what else the sign-in is for, in one transaction: it leaves all of its rows or none."""
        with transaction.atomic():
            person = super().run_authentication(*args, **kwargs)
            assert isinstance(person, Person)  # noqa: S101  the pipeline ends with one, or raises
            assert self.credential is not None  # noqa: S101  the pipeline's last step
            if self.also is not None:
                self.result = self.also(person, self.credential)
        return person

    def _membership(self, github_id: int, login: str, access_token: str) -> members.Answer | None:
        """Return what GitHub says of organizations and teams; None where no rule depends on it for this account."""
        if settings.ALLOW_EVERYONE or not (asked := list(rules.group_rules(timezone.now()))):
            return None
        if not logins.is_login(login) or rules.lets_in_by_login(github_id, login):
            return None
        try:
            return members.ask(asked, github_id=github_id, token=access_token)
        except (api.Unavailable, api.TokenRefused, membership.WrongAccount) as error:
            raise AuthProviderError(self, code="unavailable", stage="user_info") from error

    @property
    def _trip(self) -> Trip:
        assert self.trip is not None  # noqa: S101  set by `begin_url` and `complete`, the only ways in
        return self.trip


def _is_account_id(value: Any) -> bool:
    """Return whether it can be GitHub's number for an account: positive, and one that the database holds."""
    return type(value) is int and 0 < value < 2**63


def begin_url(request: HttpRequest, trip: Trip, *, select_account: bool) -> str:
    """Return GitHub's authorization URL for a trip."""
    url: str = _backend(request, trip).auth_url()
    return f"{url}&prompt=select_account" if select_account else url


def complete(
    request: HttpRequest, trip: Trip, *, client: Client | None, also: Callable[[Person, GitHubCredential], R]
) -> tuple[Person, R]:
    """Return who came back from GitHub, and what ``also`` makes of them and of the credential that GitHub gave for them.

    ``also`` is called in the transaction that writes the sign-in down. The credential's row is locked by then, and it may lock
    no person or rule: others lock these first.

    Raises:
        SignInRefused: no rule lets the account in.
        SocialAuthBaseException: GitHub refused, did not answer, or answered nonsense.
    """
    backend = _backend(request, trip)
    backend.client, backend.also = client, also
    waiting.give_back_connection()
    try:
        person = backend.auth_complete(user=None)
    except SignInRefused as refused:
        _record_refusal(refused, client)
        raise
    except SocialAuthBaseException as error:
        anonymous_events.record(audit.Kind.SIGN_IN_FAILED, client=client, reason=type(error).__name__)
        raise
    assert isinstance(person, Person)  # noqa: S101  `run_authentication` says so
    return person, backend.result


def _record_refusal(refused: SignInRefused, client: Client | None) -> None:
    """Write the refusal down, after the pipeline took back what it had begun, and let a definite no count everywhere."""
    login = refused.login if logins.is_login(refused.login) else ""
    with transaction.atomic():
        audit.record(
            audit.Kind.SIGN_IN_REFUSED,
            login=login,
            client=client,
            reason=refused.reason,
            github_id=refused.github_id,
            organizations_not_approved=refused.answer.not_approved,
        )
        standing.turned_away(refused.github_id, refused.answer.denied)


def _backend(request: HttpRequest, trip: Trip) -> GitHubOAuth2:
    # The callback comes from configuration: social-auth would build it from the request's Host.
    strategy = load_strategy(request)  # type: ignore[no-untyped-call]
    backend = GitHubOAuth2(strategy, redirect_uri=f"{settings.PUBLIC_URL}/callback")
    backend.trip = trip
    return backend
