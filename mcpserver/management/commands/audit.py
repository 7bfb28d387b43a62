"""``manage.py audit``: prove that the record of events is whole, or take it away as a file."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from oauth_bridge import audit_export
from oauth_bridge.audit_search import Search
from oauth_bridge.chain import marks, sealing, verification


class Command(BaseCommand):
    """Verifies, seals, exports; ``accept`` goes on after a break that an operator has looked into."""

    help = "Verify the chain of audit events (status 1 if it is broken), seal what is new, export, or accept a break."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the actions."""
        parser.add_argument("action", choices=("verify", "seal", "export", "accept"))
        parser.add_argument("--format", choices=sorted(audit_export.FORMATS), default="jsonl", help="of an export")
        parser.add_argument("--since", type=_moment, help="export: the first day or moment, 2026-11-24 or with T12:00:00")
        parser.add_argument("--until", type=_moment, help="export: the moment before which events are taken")
        parser.add_argument("--kind", default="", help="export: one kind of event, such as session_ended")
        parser.add_argument("--by", default="", help="accept: who looked into it, for the record")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Do it.

        Raises:
            CommandError: the chain is broken; each finding is a line.
        """
        match options["action"]:
            case "verify":
                self._verify()
            case "seal":
                self._seal()
            case "export":
                found = Search(kind=options["kind"], since=options["since"], until=options["until"]).every()
                for line in audit_export.FORMATS[options["format"]][1](found):
                    self.stdout.write(line, ending="")
            case _:
                if not options["by"]:
                    raise CommandError("Say who looked into it: --by NAME.")
                sealing.accept(options["by"])
                self._seal()

    def _verify(self) -> None:
        report = verification.verify()
        for finding in report.findings:
            self.stderr.write(finding)
        if report.more:
            self.stderr.write(f"{report.more} more findings.")
        self.stdout.write(verification.summary(report))
        if report.findings:
            raise CommandError("The chain is broken.")

    def _seal(self) -> None:
        try:
            self.stdout.write(f"{sealing.seal(timezone.now())} events sealed.")
        except marks.BrokenChain:
            raise CommandError("The mark of the newest event was changed: look at `manage.py audit verify` first.") from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
