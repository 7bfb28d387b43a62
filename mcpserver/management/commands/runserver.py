"""``manage.py runserver``: daphne's development server, with the GitHub simulator beside it and the same start-up text."""

import os
import sys
from typing import Any

from daphne.management.commands.runserver import Command as DaphneCommand
from django.conf import settings

from mcpserver.serving import banner
from mcpserver.serving.refusal import EXIT_CANNOT_START, CannotStart
from mcpserver.serving.simulator import start_simulator_if_wanted


class Command(DaphneCommand):  # type: ignore[misc] # daphne is untyped
    """Serves the application for development, and again whenever a file changes."""

    default_port = str(settings.PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the simulator once, in the process that lives on when the server restarts."""
        if os.environ.get("RUN_MAIN") != "true":
            try:
                start_simulator_if_wanted()
            except CannotStart as error:
                self.stderr.write(f"gatehouse: {error}")
                sys.exit(EXIT_CANNOT_START)
        super().handle(*args, **options)

    def inner_run(self, *args: Any, **options: Any) -> None:
        """Say where everything is, and serve."""
        self.stdout.write(banner.start_up_text("daphne (development)", 1, f"{self.addr}:{self.port}"))
        super().inner_run(*args, **options)

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """Log nothing: the wrapper around the application does, and leaves the query out."""
