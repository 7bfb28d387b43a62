"""``manage.py housekeeping``: what ``serve`` does every hour by itself, now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from oauth_bridge import housekeeping


class Command(BaseCommand):
    """Deletes what has expired, and asks GitHub about people who are here as members of a group."""

    help = (
        "Delete what has expired (codes, tokens, requests, browser sessions, unused clients, old audit events), and check "
        "that members of organizations still are. `serve` does it every hour; it may be run at any time beside that."
    )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Run once, and say what was done."""
        try:
            done = housekeeping.run(timezone.now())
        except housekeeping.Busy:
            self.stdout.write("Another process is at it.")
            return
        for name, count in done.items():
            self.stdout.write(f"{count:>8} {name}")
