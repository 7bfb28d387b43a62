"""`docs/adding-a-tool.md` from first to last, in a copy of the product, up to an official client that calls the tool."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.clients.program import program
from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import Browser, close_all
from tests.support.ports import free_port
from tests.support.processes import PROJECT
from tests.support.served import environment_for, manage, served

GUIDE = (PROJECT / "docs" / "adding-a-tool.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(python|console)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
MODULE, TEST = (text for kind, text in BLOCKS if kind == "python")
BEGIN, CHECK, TRY = (text for kind, text in BLOCKS if kind == "console")
BEFORE = '    "tools.catalog.calculate",\n'
DENY = "from tools.models import ToolRule; ToolRule.objects.create(target='count_words', effect='deny', who='everyone')"

_LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "var", "node_modules", "__pycache__", ".*_cache", ".hypothesis", "htmlcov")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the product that may be changed."""
    copy = tmp_path / "copy"
    shutil.copytree(PROJECT, copy, ignore=_LEFT_OUT)
    return copy


def run(command: str, project: Path, environment: Mapping[str, str]) -> str:
    """Return what a command of the guide prints. The environment is this one's: the scripts would make another."""
    words = shlex.split(command)
    changes = dict(word.split("=", 1) for word in words if re.fullmatch(r"[A-Z_]+=.*", word, re.DOTALL))
    match [word for word in words if word not in {f"{name}={value}" for name, value in changes.items()}]:
        case ["sh", "scripts/manage.sh", *arguments]:
            arguments = ["manage.py", *arguments]
        case ["make", "test"]:
            arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *shlex.split(changes.pop("ARGS"))]
        case other:
            pytest.fail(f"the guide has a command that is not known here: {other}")
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={**os.environ, **environment, **changes},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def follow(block: str, project: Path, environment: Mapping[str, str]) -> str:
    """Run a block's commands, demand what the guide says that each prints, and return what the last one did."""
    printed = ""
    for part in block.removeprefix("$ ").split("\n$ "):
        command, _, expected = part.strip().partition("\n")
        printed = run(command, project, environment)
        assert not expected or printed.strip() == expected
    return printed


def test_the_guide_gives_a_tool_that_an_official_client_calls(project: Path, tmp_path: Path) -> None:
    environment = environment_for(tmp_path, free_port())
    follow(BEGIN, project, environment)
    (project / "tools/catalog/count_words.py").write_text(MODULE, encoding="utf-8")
    settings = project / "mcpserver/settings.py"
    text = settings.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    settings.write_text(text.replace(BEFORE, f'{BEFORE}    "tools.catalog.count_words",\n'), encoding="utf-8")
    (project / "tests/tools/catalog/test_count_words.py").write_text(TEST, encoding="utf-8")
    assert " passed" in follow(CHECK, project, {"DATABASE_URL": "", "REDIS_URL": ""})
    with served(tmp_path, project=project, ALLOWED_USERNAMES="alice") as running:
        manage(running.environment, "bootstrap", project=project)
        browser = Browser(running.url, SimulatorElsewhere(running.simulator_url))
        with program("sdk2", [f"{running.url}/mcp", "auto"], browser.sign_in, tmp_path) as client:
            assert "count_words" in client.do("about")["tools"]
            done = client.do("call", tool="count_words", arguments={"text": "one two three", "shortest": 4})
            assert done["structured"] == {"words": 1}
            assert done["told"][-1] == {"kind": "progress", "done": 3, "total": 3, "message": None}
            assert "Send one that has some." in client.do("call", tool="count_words", arguments={"text": ""})["text"]
            assert '"words": 3' in follow(TRY, project, running.environment)
            manage(running.environment, "shell", "--command", DENY, project=project)
            refused = client.do("call", tool="count_words", arguments={"text": "one"})
            assert refused["is_error"] is True
            assert "may not be used by alice on this server" in refused["text"]
        # A client anew: the one before may keep its list for as long as it was told.
        with program("sdk2", [f"{running.url}/mcp", "legacy"], browser.sign_in, tmp_path) as client:
            assert "count_words" not in client.do("about")["tools"]
    close_all()
