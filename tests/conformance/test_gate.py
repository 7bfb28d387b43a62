"""The gate of ``make conformance``: what must not look green, whatever the suite's exit status says."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.checks import Check, read
from tests.conformance.suite import Outcome, Suite, judged, table

GREEN = Outcome("run", 0, Counter(SUCCESS=3), 3, "")
# Writes as many checks as it is told of each status, speaks, and ends with a status.
PROGRAM = """
import json, pathlib, sys
*_, counts, status, _, folder = sys.argv
where = pathlib.Path(folder) / "scenario"
where.mkdir(parents=True)
(where / "checks.json").write_text(json.dumps([{"status": word} for word in counts.split()]))
print("open this:", flush=True)
print("over", flush=True)
sys.exit(int(status))
"""


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Return a suite that does as its arguments say."""
    return Suite((sys.executable, "-c", PROGRAM), tmp_path)


def test_all_that_was_expected_and_nothing_else_is_green(suite: Suite) -> None:
    heard: list[str] = []
    outcome = suite.run("run", ["SUCCESS SUCCESS INFO SUCCESS", "0"], expected=3, on_line=heard.append)
    assert outcome.is_green
    assert heard == ["open this:", "over"]
    assert outcome.said == "open this:\nover\n"


@pytest.mark.parametrize(
    ("statuses", "exit_status"),
    [
        ("SUCCESS SUCCESS SUCCESS", "1"),
        ("SUCCESS SUCCESS", "0"),
        ("SUCCESS SUCCESS SUCCESS SUCCESS", "0"),
        ("SUCCESS SUCCESS SKIPPED", "0"),
        ("SUCCESS SUCCESS SUCCESS SKIPPED", "0"),
        ("SUCCESS SUCCESS SUCCESS WARNING", "0"),
        ("SUCCESS SUCCESS SUCCESS FAILURE", "0"),
        ("SUCCESS SUCCESS SUCCESS NOVELTY", "0"),
        ("", "0"),
    ],
)
def test_anything_else_is_not(suite: Suite, statuses: str, exit_status: str) -> None:
    outcome = suite.run("run", [statuses, exit_status], expected=3)
    assert not outcome.is_green
    assert "NOT OK" in table([GREEN, outcome])


def test_a_run_whose_person_fails_ends_at_once_and_says_why(tmp_path: Path) -> None:
    """The suite waits five minutes for somebody to come back."""
    waits = Suite((sys.executable, "-c", "import time; print('open this:', flush=True); time.sleep(300)"), tmp_path, 60)

    def person(_line: str) -> None:
        raise AssertionError("no consent page")

    outcome = waits.run("run", [], expected=3, on_line=person)
    assert not outcome.is_green
    assert "no consent page" in outcome.said


def test_a_run_that_hangs_is_ended(tmp_path: Path) -> None:
    hangs = Suite((sys.executable, "-c", "import time; time.sleep(300)"), tmp_path, 0.2)
    assert hangs.run("run", [], expected=3).exit_status != 0


def test_the_lock_pins_the_suite_and_names_no_registry() -> None:
    folder = Path(__file__).parents[2] / "conformance"
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    text = (folder / "package-lock.json").read_text(encoding="utf-8")
    locked = json.loads(text)["packages"]
    for name, version in {**wanted["dependencies"], **wanted["optionalDependencies"]}.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all(entry.get("integrity", "").startswith("sha512-") for path, entry in locked.items() if path)
    assert '"resolved"' not in text


CHECKS = [
    Check("ping", "ping", "SUCCESS"),
    Check("caching", "ttl", "WARNING", "no ttlMs"),
    Check("tasks-status", "status", "SKIPPED", "not yet"),
]
EXCUSES = {("caching", "ttl"): "because", ("tasks-status", "status"): "because of that"}


def test_what_is_excused_is_told_with_its_reason_and_opens_the_gate() -> None:
    outcome = judged("run", 0, CHECKS, 1, "", EXCUSES)
    assert outcome.is_green
    assert outcome.excused[0] == "WARNING caching: ttl: no ttlMs - because"
    assert "ok" in table([outcome])


def test_an_excuse_is_for_one_check_of_one_scenario() -> None:
    outcome = judged("run", 0, CHECKS, 1, "", {("caching", "scope"): "because", ("tasks-status", "status"): "x"})
    assert not outcome.is_green
    assert "WARNING caching: ttl: no ttlMs" in outcome.broken


def test_an_excuse_that_is_not_needed_is_a_fault() -> None:
    """It would hide the next one of its name."""
    outcome = judged("run", 0, CHECKS[:2], 1, "", EXCUSES)
    assert not outcome.is_green
    assert outcome.broken == ("no longer needs an excuse: tasks-status: status",)


def test_a_token_goes_with_all_that_the_suite_sends(tmp_path: Path) -> None:
    suite = Suite(("node", "index.js"), tmp_path).with_bearer("t0ken")
    assert suite.command[:2] == ("node", "--import")
    assert Path(suite.command[2]).exists()
    assert suite.command[3:] == ("index.js",)
    assert suite.environment == {"CONFORMANCE_BEARER": "t0ken"}


def test_the_scenario_of_a_check_is_read_from_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "server-tools-list-2026-11-24T17-57-50-660Z"
    folder.mkdir()
    (folder / "checks.json").write_text('[{"id":"a","status":"SUCCESS"},{"id":"b","status":"INFO"}]', encoding="utf-8")
    assert list(read(tmp_path)) == [Check("tools-list", "a", "SUCCESS")]
