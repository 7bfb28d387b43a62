"""The tables of who: people and rules, clients and tokens, sessions, sign-ins under way."""

from oauth_bridge.models.audit import AuditMark, AuthEvent
from oauth_bridge.models.documents import ClientDocument, ClientDocumentChange, ClientHost, ClientKeySet, UsedAssertion
from oauth_bridge.models.oauth import AccessToken, Client, Grant, IDToken, RefreshToken
from oauth_bridge.models.people import AccessRequest, AllowRule, Membership, Person
from oauth_bridge.models.resource_servers import ResourceServer
from oauth_bridge.models.sessions import RevocationEpoch, Session
from oauth_bridge.models.sign_in import GitHubCredential, PendingAuthorization, SignInAttempt

__all__ = [
    "AccessRequest",
    "AccessToken",
    "AllowRule",
    "AuditMark",
    "AuthEvent",
    "Client",
    "ClientDocument",
    "ClientDocumentChange",
    "ClientHost",
    "ClientKeySet",
    "GitHubCredential",
    "Grant",
    "IDToken",
    "Membership",
    "PendingAuthorization",
    "Person",
    "RefreshToken",
    "ResourceServer",
    "RevocationEpoch",
    "Session",
    "SignInAttempt",
    "UsedAssertion",
]
