"""``manage.py reseal``: after a new key was put in front of ``ENCRYPTION_KEYS``, and before the old one is taken away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oauth_bridge.resealing import reseal


class Command(BaseCommand):
    """Seals stored secrets again. Safe to run at any time, beside running servers, and again."""

    help = "Seal every stored secret again under the first of ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Reseal, and say what was done.

        Raises:
            CommandError: something opens with none of the keys: no key may be taken away before that is understood.
        """
        count = reseal()
        self.stdout.write(f"{count.resealed} sealed again, {count.current} under the first key already.")
        if count.unreadable:
            raise CommandError(
                f"{count.unreadable} open with none of ENCRYPTION_KEYS: put the key back that sealed them, or let their "
                "people sign in again."
            )
