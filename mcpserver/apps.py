"""The project as an app: commands, and checks of the configuration."""

from django.apps import AppConfig


class McpServerConfig(AppConfig):
    """Registered as ``mcpserver``."""

    name = "mcpserver"

    def ready(self) -> None:
        """Register the system checks."""
        from mcpserver import checks  # noqa: F401
