"""The app that decides who: authorization server, and sign-in through GitHub."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class OAuthBridgeConfig(AppConfig):
    """Registered as ``oauth_bridge``."""

    name = "oauth_bridge"
    verbose_name = "Sign-in and access"

    def ready(self) -> None:
        """Let sign-ins of GitHub's people be noted by the minute, where Django writes each."""
        from oauth_bridge.people import accounts  # models are ready from here on

        user_logged_in.disconnect(dispatch_uid="update_last_login")
        user_logged_in.connect(accounts.note_sign_in, dispatch_uid="note_sign_in")
