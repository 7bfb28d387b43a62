"""`docs/conformance.md` tells the truth: every test that it names exists, and no clause of the checklist is missing."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance import server

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENT = (PROJECT / "docs" / "conformance.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT)))
ROWS = re.findall(r"^\| ([A-Z]+)-(\d+) \| .* \| (.*) \|$", DOCUMENT, re.MULTILINE)
UNTESTED = re.findall(r"^- ([A-Z]+)-(\d+): ", DOCUMENT, re.MULTILINE)

# How far each group of the checklist is numbered, and what its numbering leaves out.
LAST = {
    "TP": 63,
    "SSE": 10,
    "LV": 40,
    "TL": 15,
    "RS": 7,
    "PM": 4,
    "CP": 2,
    "PG": 2,
    "LG": 3,
    "PC": 3,
    "SB": 6,
    "MR": 7,
    "EL": 6,
    "SM": 1,
    "RT": 1,
    "CH": 2,
    "TK": 8,
    "UI": 1,
    "IC": 1,
    "EC": 2,
}
GAPS = {
    "TP": {*range(11, 20), *range(38, 50)},
    "LV": {*range(6, 10), *range(18, 30)},
}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    text = (PROJECT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE), f"{file}::{name}"


def test_every_clause_is_there_once() -> None:
    expected = {(group, number) for group, last in LAST.items() for number in range(1, last + 1)}
    expected -= {(group, number) for group, left_out in GAPS.items() for number in left_out}
    listed = Counter((group, int(number)) for group, number, *_ in (*ROWS, *UNTESTED))
    assert set(listed) == expected
    assert max(listed.values()) == 1


def test_every_row_names_a_test() -> None:
    assert all("::" in held for *_, held in ROWS)


def test_the_table_is_what_the_gate_demands() -> None:
    told = dict(re.findall(r"^[AB][\w-]*?-(\d{4}-\d\d-\d\d) +(\d+) +0 +0 +0 +0  ok$", DOCUMENT, re.MULTILINE))
    assert told == {**{name: str(count) for name, count in server.EXPECTED.items()}, server.OLDER: str(server.OF_OLDER)}
