"""Paths of the authorization server and of sign-in. No slash is added or missed by redirect: a POST would lose its body."""

from django.urls import re_path

from oauth_bridge.views import access, account, authorization, discovery, introspection, registration, sign_in, token

urlpatterns = [
    re_path(r"^\.well-known/oauth-authorization-server/?$", discovery.authorization_server),
    re_path(r"^\.well-known/oauth-protected-resource(?P<path>/[a-z]+)?/?$", discovery.protected_resource),
    # Also below the endpoint, where OIDC discovery appends its path (OIDC Discovery §4.1).
    re_path(r"^(?:mcp/|sse/)?\.well-known/(?P<path>.*)$", discovery.nothing_here),
    re_path(r"^auth(?:orize)?/?$", authorization.authorize),
    re_path(r"^token/?$", token.token),
    re_path(r"^revoke/?$", token.revoke),
    re_path(r"^introspect/?$", introspection.introspect),
    re_path(r"^register/?$", registration.register),
    re_path(r"^register/(?P<client_id>[^/]+)/?$", registration.manage),
    re_path(r"^account/?$", account.account, name="account"),
    re_path(r"^login/?$", sign_in.choose, name="login"),
    re_path(r"^login/github/?$", sign_in.begin),
    re_path(r"^login/access/?$", access.ask),
    re_path(r"^callback/?$", sign_in.callback),
    re_path(r"^logout/?$", sign_in.leave, name="logout"),
]
