"""`docs/security.md` tells the truth: every test that it names exists, and every advisory and every hole is in it."""

import re

from tests.mutation.hole import PROJECT
from tests.mutation.holes import HOLES

DOCUMENT = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT)))
THREATS = 25


def test_every_test_that_is_named_exists() -> None:
    assert len(NAMED) > 100
    for file, name in NAMED:
        text = (PROJECT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE), f"{file}::{name}"


def test_every_threat_has_a_row_with_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \| .*\.py::test_.*\|$", DOCUMENT, re.MULTILINE)
    assert rows[:THREATS] == [str(number) for number in range(1, THREATS + 1)]


def test_every_advisory_that_is_tested_is_listed() -> None:
    for file in sorted((PROJECT / "tests" / "security").glob("test_advisories_*.py")):
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE):
            assert ("security/" + file.name, name) in NAMED, name


def test_every_hole_is_listed_with_what_sees_it() -> None:
    """And no other: the table is what `make mutation` proves."""
    for hole in HOLES:
        assert hole.row() in DOCUMENT, f"docs/security.md must have: {hole.row()}"
    assert f"**{len(HOLES)} of {len(HOLES)} holes are caught.**" in DOCUMENT
