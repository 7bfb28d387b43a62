"""``manage.py serve``: check, listen, say where, serve until told to stop."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from mcpserver import tool_drift
from mcpserver.serving import banner, checks, running, schedule, sockets, workers
from mcpserver.serving.refusal import EXIT_CANNOT_START, EXIT_INTERRUPTED, CannotStart
from mcpserver.serving.simulator import start_simulator_if_wanted
from oauth_bridge import people


class Command(BaseCommand):
    """Serves the application with uvicorn or daphne, in one process or several."""

    help = "Serve Gatehouse: the MCP endpoint, the authorization server and the pages."
    # Done by the command itself, in one line each.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--server", choices=sorted(running.SERVERS), default="uvicorn", help="default: uvicorn")
        parser.add_argument("--workers", type=int, default=1, help="processes (default: 1; several need PostgreSQL and Redis)")
        parser.add_argument("--host", default="127.0.0.1" if settings.DEVELOPMENT else "0.0.0.0", help="default: %(default)s")  # noqa: S104
        parser.add_argument("--port", type=int, default=settings.PORT, help="default: PORT (%(default)s)")

    def handle(self, **options: Any) -> None:
        """Run the command; a start that fails ends with one line and status 2."""
        try:
            sys.exit(self._serve(options["server"], options["workers"], options["host"], options["port"]))
        except CannotStart as error:
            self.stderr.write(f"gatehouse: {error}")
            sys.exit(EXIT_CANNOT_START)
        except KeyboardInterrupt:
            sys.exit(EXIT_INTERRUPTED)

    def _serve(self, server: str, count: int, host: str, port: int) -> int:
        if count < 1 or not 0 < port < 65536:
            raise CannotStart("--workers must be 1 or more, and --port from 1 to 65535.")
        checks.check_all()
        # Also here, not in `bootstrap` alone: a name taken out of the environment is out after a restart.
        people.sync_rules_from_settings()
        tool_drift.look()
        listener = sockets.listen(host, port)
        start_simulator_if_wanted()
        for warning in filter(None, (checks.multi_process_warning(count), checks.empty_list_warning())):
            self.stderr.write(f"gatehouse: warning: {warning}")
        connections.close_all()
        app = running.load_application() if count == 1 else None
        self.stdout.write(banner.start_up_text(server, count, f"{host}:{port}"))
        self.stdout.flush()
        every = schedule.RULES_SECONDS
        rules = schedule.repeated(schedule.keep_rules, first_seconds=every, every_seconds=every)
        seal = schedule.SEAL_SECONDS
        events = schedule.repeated(schedule.seal_events, first_seconds=seal, every_seconds=seal)
        with schedule.repeated(schedule.keep_house), rules, events:
            if app is None:
                return workers.run(server, listener, count, project=settings.BASE_DIR, grace_seconds=running.GRACE_SECONDS)
            running.serve_project(server, app, listener)
        return 0
