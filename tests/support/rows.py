"""What an outsider cannot see: the rows, for tests that set the time or check that nothing was granted."""

from datetime import timedelta

from django.db.models import F, Model

from oauth_bridge.models import (
    AccessToken,
    Client,
    GitHubCredential,
    Grant,
    PendingAuthorization,
    Person,
    RefreshToken,
    Session,
    SignInAttempt,
)

_TIMES: dict[type[Model], tuple[str, ...]] = {
    AccessToken: ("expires",),
    Client: ("created", "deleted_at"),
    Grant: ("expires", "used_at"),
    PendingAuthorization: ("expires_at", "allowed_at"),
    RefreshToken: ("expires_at", "revoked"),
    Session: ("expires_at", "created_at"),
    SignInAttempt: ("expires_at", "used_at"),
}


def let_pass(seconds: float, *models: type[Model]) -> None:
    """Make rows as old as if ``seconds`` had passed; of every model with a time unless some are named."""
    past = timedelta(seconds=seconds)
    for model in models or tuple(_TIMES):
        model._default_manager.update(**{name: F(name) - past for name in _TIMES[model]})


def granted() -> dict[str, int]:
    """Return how many rows there are that give somebody something; empty when nobody has got anything."""
    models: tuple[type[Model], ...] = (Person, GitHubCredential, Grant, Session, AccessToken, RefreshToken)
    counts = {model.__name__: model._default_manager.count() for model in models}
    return {name: count for name, count in counts.items() if count}
