"""The project as an app: commands, and checks of the configuration."""

from django.apps import AppConfig


class McpServerConfig(AppConfig):
    """Registered as ``mcpserver``."""

    name = "mcpserver"

    def ready(self) -> None:
        """Register the system checks, and listen to what changes."""
        from mcpserver import checks, profiles  # noqa: F401
        from mcpserver.streams import notices

        notices.connect()
        profiles.connect()
