"""``manage.py resource_server``: services that may ask ``/introspect`` whether a token is good."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oauth_bridge import resource_servers


class Command(BaseCommand):
    """Registers a service, gives it a new secret, or removes it. A secret is printed once and kept as a hash."""

    help = "Register a service that may introspect access tokens (RFC 7662), give it a new secret, or remove it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the actions."""
        parser.add_argument(
            "action",
            choices=("add", "renew", "remove"),
            help="add a service; renew its secret, which ends the old one; or remove it",
        )
        parser.add_argument("name", help="its id at /introspect: small letters, digits, dots, hyphens, underscores")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Print the secret, and nothing else on standard output: a script may keep it."""
        name: str = options["name"]
        if options["action"] == "remove":
            if not resource_servers.remove(name):
                raise CommandError("There is no resource server of that name.")
            self.stderr.write(f"{name} may not ask any more.")
            return
        if options["action"] == "add":
            try:
                secret = resource_servers.add(name)
            except resource_servers.InvalidName as error:
                raise CommandError(str(error)) from None
        else:
            renewed = resource_servers.renew_secret(name)
            if renewed is None:
                raise CommandError("There is no resource server of that name.")
            secret = renewed
        self.stderr.write(f"{name} authenticates at /introspect with this secret. It is not shown again:")
        self.stdout.write(secret)
