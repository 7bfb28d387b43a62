"""The app's registration with Django."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class ToolsConfig(AppConfig):
    name = "tools"
    verbose_name = "Tools"

    def ready(self) -> None:
        """Tell of every decision about tools, wherever it is made."""
        from tools import models

        for model in (models.ToolRule, models.ToolSwitch, models.ToolSettings, models.ReadOnlyClient):
            for signal in (post_save, post_delete):
                signal.connect(_decided, sender=model, dispatch_uid=f"tools {model.__name__}")


def _decided(**_: Any) -> None:
    from tools import changes

    changes.policy_changed.send(sender=None)
