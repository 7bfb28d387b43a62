"""``make demo``: fills an empty development database with a month that never was."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mcpserver.dashboard import demo


class Command(BaseCommand):
    """Refuses wherever real people could be: outside development, and on a database that was used."""

    help = "Fill an empty development database with people, sessions, calls and failures, to show the dashboard."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add how much there is to be."""
        usual = demo.Size()
        parser.add_argument("--people", type=int, default=usual.people)
        parser.add_argument("--sessions", type=int, default=usual.sessions)
        parser.add_argument("--calls", type=int, default=usual.calls)
        parser.add_argument("--if-empty", action="store_true", help="leave a database alone that holds something")

    def handle(self, *_args: Any, people: int, sessions: int, calls: int, if_empty: bool, **_options: Any) -> None:
        """Fill it.

        Raises:
            CommandError: this is no development server, or the database holds something.
        """
        if not settings.DEVELOPMENT:
            raise CommandError("demo is for development: it makes up people and calls. Set DEBUG=1, on a database of its own.")
        if not demo.is_empty():
            if if_empty:
                return
            raise CommandError("the database holds something: demo fills an empty one. Remove var/demo to begin anew.")
        demo.fill(demo.Size(people, sessions, calls), now=timezone.now(), public_url=settings.PUBLIC_URL)
        self.stdout.write(f"A month with {people} people, {sessions} sessions and {calls} calls, all made up.")
