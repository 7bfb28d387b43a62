"""What a run of the suite has written: its checks, and which of those that are not green are excused, and why."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# Scenario and check to the reason. Anything else that is no success fails the run; an entry that did not occur does, too.
Excuses = Mapping[tuple[str, str], str]

_FOLDER = re.compile(r"(?:server-|authorization-)?(.+?)-\d{4}-\d{2}-\d{2}T.*")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the suite looked at. ``status`` is SUCCESS, FAILURE, WARNING or SKIPPED."""

    scenario: str
    id: str
    status: str
    message: str = ""

    def __str__(self) -> str:
        return f"{self.status} {self.scenario}: {self.id}: {self.message}"


def read(results: Path) -> Iterator[Check]:
    """Yield what a run has written, in a fixed order. Checks that only inform are left out."""
    for file in sorted(results.rglob("checks.json")):
        match = _FOLDER.fullmatch(file.parent.name)
        scenario = match[1] if match else file.parent.name
        for check in json.loads(file.read_text(encoding="utf-8")):
            if check["status"] != "INFO":
                yield Check(scenario, check.get("id", ""), check["status"], check.get("errorMessage", ""))
