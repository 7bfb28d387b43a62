"""The app that decides who: authorization server, and sign-in through GitHub."""

from django.apps import AppConfig


class OAuthBridgeConfig(AppConfig):
    """Registered as ``oauth_bridge``."""

    name = "oauth_bridge"
    verbose_name = "Sign-in and access"
