"""The app that decides who: authorization server, and sign-in through GitHub."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_migrate

from oauth_bridge import late_modules

# Before any model of theirs is loaded. Of these little is used: social-auth asks GitHub through our own client, and nothing
# here is OpenID Connect.
late_modules.put_off("requests", "jwcrypto.jwk")
late_modules.load_without_compiling("oauth2_provider.validators")


class OAuthBridgeConfig(AppConfig):
    """Registered as ``oauth_bridge``."""

    name = "oauth_bridge"
    verbose_name = "Sign-in and access"

    def ready(self) -> None:
        """Let sign-ins of GitHub's people be noted by the minute, where Django writes each; make groups and triggers."""
        from oauth_bridge import operator_events, roles  # models are ready from here on
        from oauth_bridge.chain import triggers
        from oauth_bridge.people import accounts

        user_logged_in.disconnect(dispatch_uid="update_last_login")
        user_logged_in.connect(accounts.note_sign_in, dispatch_uid="note_sign_in")
        user_logged_in.connect(operator_events.note_sign_in, dispatch_uid="operator_signed_in")
        user_login_failed.connect(operator_events.note_refusal, dispatch_uid="operator_refused")
        post_migrate.connect(roles.ensure_groups, sender=self, dispatch_uid="roles")
        post_migrate.connect(triggers.ensure, sender=self, dispatch_uid="audit_triggers")
