"""The Makefile's scripts: which Python they take, what they install and when, and what they say when they cannot.

No package is installed here: a small shell script plays Python, and writes down what it is asked to do.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ["sh", "make", "awk", "cat", "cksum", "cp", "cut", "dirname", "grep", "mkdir", "printf", "rm", "tail", "touch"]
PINS = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ \\]+)", re.MULTILINE)

# Answers the probe; makes an "environment" by copying itself; logs each installation.
FAKE_PYTHON = """#!/bin/sh
case "$1 $2" in
    "-c "*) echo "{answer}" ;;
    "-m venv") for last; do :; done; mkdir -p "$last/bin"; cp "$0" "$last/bin/python" ;;
    "-m pip") [ "$3" = --version ] || {{ echo "{answer}: $*" >>"$LOG"; {pip}; }} ;;
esac
"""


class Machine:
    """A machine with its own PATH, and a copy of the project's set-up in a folder with a space in its name."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.project, self.log = folder / "bin", folder / "a project", folder / "log"
        self.bin.mkdir()
        self.project.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.bin / tool).symlink_to(found)
        shutil.copy(ROOT / "Makefile", self.project)
        shutil.copytree(ROOT / "scripts", self.project / "scripts")
        (self.project / "requirements.txt").write_text("runtime\n")
        (self.project / "requirements-dev.txt").write_text("development\n")

    def add(self, name: str, answer: str, *, pip: str = "true") -> Path:
        """Put a Python on PATH that says ``answer`` of itself, and whose pip then runs ``pip``."""
        file = self.bin / name
        file.write_text(FAKE_PYTHON.format(answer=answer, pip=pip))
        file.chmod(0o755)
        return file

    def add_broken_shim(self, name: str) -> None:
        """Put a version manager's shim on PATH for a version that it does not have."""
        file = self.bin / name
        file.write_text(f"#!/bin/sh\necho 'pyenv: {name}: command not found' >&2\nexit 127\n")
        file.chmod(0o755)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project."""
        variables = {"PATH": str(self.bin), "LOG": str(self.log), "HOME": str(self.project), **environment}
        return subprocess.run(command, cwd=self.project, env=variables, capture_output=True, text=True, timeout=60, check=False)

    def set_up(self, lock: str = "requirements.txt", **environment: str) -> subprocess.CompletedProcess[str]:
        """Make ``.venv`` hold what ``lock`` says."""
        return self.run("sh", "scripts/environment.sh", ".venv", lock, **environment)

    @property
    def installations(self) -> list[str]:
        """Return, for each installation, the Python's version and the lock."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        assert all("--require-hashes" in line for line in lines)
        return [f"{line.split()[0]} {line.split()[-1]}" for line in lines]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine without any Python."""
    return Machine(tmp_path)


def only_line(completed: subprocess.CompletedProcess[str]) -> str:
    """Return what a refusal says: one line, no traceback."""
    assert completed.returncode == 1
    (line,) = completed.stderr.splitlines()
    assert line.startswith("gatehouse: ")
    return line


def test_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in listed.splitlines() if line.startswith("  make ")} == targets
    assert {"run", "test"} <= targets


@pytest.mark.parametrize("script", sorted((ROOT / "scripts").glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_plain_posix_shell(script: Path) -> None:
    """macOS has bash 3.2 as sh, Debian has dash."""
    subprocess.run(["sh", "-n", script], check=True)
    assert not re.search(r"\[\[ |\bfunction |\blocal |<<<|\$\{\w+,,\}", script.read_text())


def test_the_newest_python_that_really_runs_is_taken(machine: Machine) -> None:
    machine.add_broken_shim("python3.13")
    machine.add("python3.12", "3.12 complete")
    machine.add("python3.11", "3.11 complete")
    assert machine.set_up().returncode == 0
    assert machine.installations == ["3.12 requirements.txt"]


def test_a_shim_that_fails_does_not_hide_a_python_that_stands_behind_it(machine: Machine, tmp_path: Path) -> None:
    machine.add_broken_shim("python3.13")
    behind = tmp_path / "behind it"
    behind.mkdir()
    shutil.move(machine.add("python3.12", "3.13 complete"), behind / "python3.13")
    assert machine.set_up(PATH=f"{machine.bin}:{behind}").returncode == 0
    assert machine.installations == ["3.13 requirements.txt"]


def test_plain_python3_will_do_if_its_version_fits(machine: Machine) -> None:
    machine.add("python3", "3.11 complete")
    assert machine.set_up().returncode == 0
    assert machine.installations == ["3.11 requirements.txt"]


def test_a_python_without_venv_gives_way_to_an_older_one_that_has_it(machine: Machine) -> None:
    machine.add("python3.13", "3.13 ensurepip")
    machine.add("python3.11", "3.11 complete")
    assert machine.set_up().returncode == 0
    assert machine.installations == ["3.11 requirements.txt"]


@pytest.mark.parametrize(
    ("pythons", "expected"),
    [
        ({}, "no Python found"),
        ({"python3": "3.10 complete"}, "python3 is 3.10"),
        ({"python3": "3.14 complete"}, "python3 is 3.14"),
        ({"python": "2.7 venv,ensurepip"}, "python is 2.7"),
        ({"python3.12": "3.12 ensurepip", "python3": "3.9 complete"}, "apt install python3.12-venv"),
        ({"python3.13": "3.13 ssl"}, "without ssl"),
        ({"python3": "3.11 CPython"}, "without CPython"),
    ],
)
def test_a_missing_or_unfit_python_is_said_in_one_line(machine: Machine, pythons: dict[str, str], expected: str) -> None:
    for name, answer in pythons.items():
        machine.add(name, answer)
    line = only_line(machine.set_up())
    assert expected in line
    assert "PYTHON=/path/to/python3.13" in line
    assert not (machine.project / ".venv").exists()


def test_python_names_the_interpreter(machine: Machine, tmp_path: Path) -> None:
    machine.add("python3.13", "3.13 complete")
    chosen = shutil.move(machine.add("chosen", "3.11 complete"), tmp_path / "my python")
    assert machine.set_up(PYTHON=str(chosen)).returncode == 0
    assert machine.installations == ["3.11 requirements.txt"]


def test_a_python_that_does_not_run_is_refused_by_name(machine: Machine) -> None:
    machine.add("python3.13", "3.13 complete")
    assert "PYTHON=/nowhere/python does not run" in only_line(machine.set_up(PYTHON="/nowhere/python"))


def test_nothing_is_installed_twice(machine: Machine) -> None:
    machine.add("python3.13", "3.13 complete")
    machine.set_up()
    again = machine.set_up()
    assert again.stdout == ""
    assert len(machine.installations) == 1


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.add("python3.13", "3.13 complete")
    machine.set_up()
    (machine.project / "requirements.txt").write_text("another\n")
    machine.set_up()
    assert len(machine.installations) == 2


def test_a_newer_python_does_not_remake_an_environment_that_works(machine: Machine) -> None:
    machine.add("python3.12", "3.12 complete")
    machine.set_up()
    machine.add("python3.13", "3.13 complete")
    machine.set_up()
    assert machine.installations == ["3.12 requirements.txt"]


def test_an_environment_whose_interpreter_vanished_is_made_again(machine: Machine) -> None:
    machine.add("python3.12", "3.12 complete")
    machine.set_up()
    interpreter = machine.project / ".venv/bin/python"
    interpreter.unlink()
    interpreter.symlink_to("/nowhere/python3.12")
    assert "Making .venv again" in machine.set_up().stdout
    assert len(machine.installations) == 2


def test_an_environment_whose_interpreter_became_another_version_is_made_again(machine: Machine) -> None:
    """After an upgrade of the system's Python the packages lie in the old version's folder."""
    machine.add("python3", "3.12 complete")
    machine.set_up()
    shutil.copy(machine.add("python3", "3.13 complete"), machine.project / ".venv/bin/python")
    assert "Making .venv again" in machine.set_up().stdout
    assert machine.installations == ["3.12 requirements.txt", "3.13 requirements.txt"]


def test_another_version_by_python_makes_the_environment_again(machine: Machine) -> None:
    machine.add("python3.13", "3.13 complete")
    other = machine.add("python3.11", "3.11 complete")
    machine.set_up()
    machine.set_up(PYTHON=str(other))
    machine.set_up(PYTHON=str(other))
    assert machine.installations == ["3.13 requirements.txt", "3.11 requirements.txt"]


@pytest.mark.parametrize(
    ("pip", "expected"),
    [
        ("echo 'NewConnectionError: Temporary failure in name resolution'; exit 1", "Check the network"),
        ("echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES'; exit 1", "its hash differs"),
        ("echo 'OSError: No space left on device'; exit 1", "the disk is full"),
        ("echo 'something else'; exit 1", "could not be installed. See .venv/install.log"),
    ],
)
def test_a_failed_installation_is_said_in_one_line_and_tried_again(machine: Machine, pip: str, expected: str) -> None:
    machine.add("python3.13", "3.13 complete", pip=pip)
    assert expected in only_line(machine.set_up())
    shutil.copy(machine.add("python3.13", "3.13 complete"), machine.project / ".venv/bin/python")
    assert machine.set_up().returncode == 0
    assert len(machine.installations) == 2


def test_a_place_that_cannot_be_written_is_said_in_one_line(machine: Machine) -> None:
    """A file in the way stands for a read-only folder, which would not stop root."""
    machine.add("python3.13", "3.13 complete")
    (machine.project / "blocked").write_text("")
    completed = machine.run("sh", "scripts/environment.sh", "blocked/.venv", "requirements.txt")
    assert "cannot write to" in only_line(completed)


def test_run_keeps_a_development_environment_one(machine: Machine) -> None:
    """Its lock holds the runtime's: changing to and fro would install at every change."""
    machine.add("python3.13", "3.13 complete")
    machine.set_up("requirements-dev.txt")
    machine.run("make", "run")
    assert machine.installations == ["3.13 requirements-dev.txt"]


@pytest.mark.parametrize(
    ("env_file", "environment", "expected"),
    [
        (None, {}, "1"),
        ("PORT=9000\n", {}, "1"),
        ("# DEBUG=off\n", {}, "1"),
        ("DEBUG=off\n", {}, "unset"),
        ("export DEBUG = on\n", {}, "unset"),
        (None, {"DEBUG": "off"}, "off"),
    ],
)
def test_run_turns_debug_on_only_where_nobody_said_otherwise(
    machine: Machine, env_file: str | None, environment: dict[str, str], expected: str
) -> None:
    machine.add("python3.13", "3.13 complete")
    machine.set_up()
    python = machine.project / ".venv/bin/python"
    report = '[ "$1" = -c ] || echo "$* DEBUG=${DEBUG-unset} PORT=$PORT"\n'
    python.write_text(python.read_text().replace('case "$1', report + 'case "$1', 1))
    if env_file is not None:
        (machine.project / ".env").write_text(env_file)
    lines = machine.run("make", "run", "PORT=9000", **environment).stdout.splitlines()
    assert lines[-2:] == [
        f"manage.py bootstrap --migrate DEBUG={expected} PORT=9000",
        f"manage.py serve DEBUG={expected} PORT=9000",
    ]


def test_the_development_lock_holds_the_same_versions_as_the_runtime_lock() -> None:
    runtime, development = (
        dict(PINS.findall((ROOT / name).read_text())) for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert len(runtime) > 30
    assert runtime.items() <= development.items()


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt", "requirements/mcp1.txt"])
def test_every_locked_package_has_a_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"--(extra-)?index-url|--find-links|://|@ ", text)
