"""`docs/adding-a-tool.md`, followed word for word."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mcpserver import new_tool

PROJECT = Path(__file__).resolve().parents[2]
GUIDE = (PROJECT / "docs" / "adding-a-tool.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(python|console)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
MODULE, TEST = (text for kind, text in BLOCKS if kind == "python")

# Modules of tools in the copy stand beside the project's own.
CONFTEST = """
from pathlib import Path
import tools.catalog
tools.catalog.__path__.append(str(Path(__file__).parent / "tools" / "catalog"))
pytest_plugins = ["tools.testing"]
"""


def pytest_in(folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(PROJECT / "pyproject.toml")]
    command += ["--rootdir", str(folder), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def test_what_the_command_writes_works_as_it_is(tmp_path: Path) -> None:
    written = new_tool.write("count_words", tmp_path)
    told = "\n".join(f"wrote {path.relative_to(tmp_path)}" for path in written)
    assert told in GUIDE
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_guides_own_tool_passes_the_guides_own_test(tmp_path: Path) -> None:
    module, test, _ = new_tool.write("count_words", tmp_path)
    module.write_text(MODULE, encoding="utf-8")
    test.write_text(TEST, encoding="utf-8")
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_nothing_is_written_over(tmp_path: Path) -> None:
    new_tool.write("count_words", tmp_path)
    with pytest.raises(new_tool.CannotWrite, match=r"tools/catalog/count_words.py is there already"):
        new_tool.write("count_words", tmp_path)


@pytest.mark.parametrize(
    "name",
    ["../evil", "Count", "count-words", "", "1st", "a/b", "x" * 65, "class", "zählen", "a\n", "tool", "structured", "caller"],
)
def test_only_a_name_becomes_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(new_tool.CannotWrite, match="must be a name in lower case"):
        new_tool.write(name, tmp_path)
    assert list(tmp_path.iterdir()) == []
