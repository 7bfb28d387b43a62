"""The tables of who: people and rules, clients and tokens, sessions, sign-ins under way."""

from oauth_bridge.models.oauth import AccessToken, Client, Grant, IDToken, RefreshToken
from oauth_bridge.models.people import AllowRule, Person
from oauth_bridge.models.sessions import RevocationEpoch, Session
from oauth_bridge.models.sign_in import GitHubCredential, PendingAuthorization, SignInAttempt

__all__ = [
    "AccessToken",
    "AllowRule",
    "Client",
    "GitHubCredential",
    "Grant",
    "IDToken",
    "PendingAuthorization",
    "Person",
    "RefreshToken",
    "RevocationEpoch",
    "Session",
    "SignInAttempt",
]
