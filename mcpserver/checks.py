"""System checks: combinations of settings that start, and do not do what an operator means."""

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004  Django's own name

# `serve` runs what has a tag, other than those of code.
CONFIGURATION = "configuration"


@register(CONFIGURATION)
def not_everyone_may_sign_in(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Tell that everyone is very many."""
    if settings.ALLOW_EVERYONE and not settings.GITHUB_SIMULATOR:
        return [
            Warning(
                "ALLOW_EVERYONE is on: every GitHub account in the world may sign in.",
                hint="List people in ALLOWED_USERNAMES instead.",
                id="gatehouse.W001",
            )
        ]
    return []


@register(CONFIGURATION)
def production_parts(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Tell what holds for one process only."""
    if settings.DEVELOPMENT or settings.REDIS_URL:
        return []
    return [
        Warning(
            "REDIS_URL is not set: throttles and notices reach one process only.",
            hint="Set REDIS_URL before you start a second process.",
            id="gatehouse.W002",
        )
    ]


@register(CONFIGURATION)
def development_is_local(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Tell that development mode is for this machine."""
    if not settings.DEVELOPMENT or settings.PUBLIC_URL.startswith("http://"):
        return []
    return [
        Warning(
            "DEBUG is on and PUBLIC_URL is a public address.",
            hint="Turn DEBUG off: it is for development on this machine.",
            id="gatehouse.W003",
        )
    ]
