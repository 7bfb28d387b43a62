"""Vendored files are what their README says: unchanged, and with their licence."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CHART = ROOT / "static/vendor/chart.js/chart.umd.min.js"
AXE = ROOT / "tests/support/axe/axe.min.js"


@pytest.mark.parametrize(
    ("file", "readme", "version"),
    [
        (CHART, ROOT / "static/vendor/README.md", r"Chart\.js v(\S+)"),
        (AXE, AXE.with_name("README.md"), r"axe v(\S+)"),
    ],
)
def test_a_vendored_file_is_what_its_readme_says(file: Path, readme: Path, version: str) -> None:
    described, content = readme.read_text(encoding="utf-8"), file.read_bytes()
    assert hashlib.sha256(content).hexdigest() in described
    found = re.search(version, content.decode()[:500])
    assert found is not None
    assert found[1] in described
    assert list(file.parent.glob("LICENSE*"))
