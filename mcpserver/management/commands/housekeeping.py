"""``manage.py housekeeping``: run it once a day."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from oauth_bridge.housekeeping import sweep


class Command(BaseCommand):
    """Deletes expired codes, tokens, requests and browser sessions."""

    help = "Delete what has expired: codes, tokens, authorization requests, browser sessions. Run it once a day."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Sweep, and say what was deleted."""
        for name, count in sweep(timezone.now()).items():
            self.stdout.write(f"{count:>8} {name}")
        call_command("clearsessions")
