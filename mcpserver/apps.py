"""The project as an app: commands, and checks of the configuration."""

from django.apps import AppConfig


class McpServerConfig(AppConfig):
    """Registered as ``mcpserver``."""

    name = "mcpserver"

    def ready(self) -> None:
        """Register the system checks, and listen to what changes."""
        from mcpserver import call_audit, checks, forgetting, housekeeping, policies, profiles, tool_drift  # noqa: F401
        from mcpserver.streams import notices
        from mcpserver.tasks.model import Task
        from oauth_bridge import housekeeping as sweeping
        from oauth_bridge import resealing

        notices.connect()
        sweeping.ALSO_STALE.append(housekeeping.stale)
        resealing.SEALED.append((Task, ("sealed_requests", "sealed_answers", "sealed_outcome")))
        profiles.connect()
        policies.connect()
        tool_drift.connect()
        call_audit.connect(self)
        forgetting.connect()
