"""Starting the GitHub simulator beside a development server."""

from django.conf import settings

from mcpserver.serving.refusal import CannotStart


def start_simulator_if_wanted() -> None:
    """Start the simulator in a thread of this process, where the settings ask for it (``DEBUG`` without GitHub credentials).

    Raises:
        CannotStart: its port is in use.
    """
    if not settings.GITHUB_SIMULATOR:
        return
    from oauth_bridge.github.simulator.server import Simulator

    try:
        Simulator().start(settings.SIMULATOR_PORT)
    except OSError as error:
        raise CannotStart(
            f"port {settings.SIMULATOR_PORT} is in use, and the GitHub simulator needs it: choose another with SIMULATOR_PORT."
        ) from error
