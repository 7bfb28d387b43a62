"""Who may import whom. The directions are the design: a change here is a change of `docs/architecture.md`."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.imports import Import, imports_of, is_within, module_name

PROJECT = Path(__file__).resolve().parents[1]
OURS = ("mcpserver", "oauth_bridge", "tools", "wire", "tests")
APPS = ("mcpserver", "oauth_bridge", "tools")

# A package, and what nothing in it may import.
FORBIDDEN = [
    ("oauth_bridge", ("mcpserver", "tools", "tests")),
    ("tools", ("mcpserver", "oauth_bridge", "tests")),
    ("mcpserver", ("tests",)),
    ("wire", (*APPS, "tests", "django", "channels", "asgiref")),
]

SIMULATOR = "oauth_bridge.github.simulator"
MAY_START_THE_SIMULATOR = (SIMULATOR, "mcpserver.serving", "mcpserver.management.commands")

# Pure: a value in, a value out. Neither frameworks nor waiting, clocks, files, sockets, logs.
NOT_PURE = (
    "_thread asyncio concurrent ctypes fcntl ftplib http.client http.server importlib io logging mmap multiprocessing os "
    "pathlib pickle queue sched select selectors shelve shutil signal smtplib socket socketserver sqlite3 ssl subprocess sys "
    "tempfile threading time urllib.request warnings zoneinfo"
).split()
# They compute. Of PyJWT the signatures alone: its reader of claims looks at the clock, its client of key sets asks the network.
PURE_PACKAGES = ("cryptography", "jwt")
NOT_PURE += ["jwt.decode", "jwt.decode_complete", "jwt.PyJWT", "jwt.PyJWKClient"]
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
BUILT_IN_EFFECTS = {"open", "print", "input", "exec", "eval", "__import__"}


def sources(package: str, root: Path = PROJECT) -> list[Path]:
    """Return the files of a package."""
    return sorted((root / package).rglob("*.py"))


def protocol_folders(root: Path = PROJECT) -> list[Path]:
    """Return the folders that hold what specifications say."""
    return [folder for app in APPS for folder in sorted((root / app).rglob("protocol")) if folder.is_dir()]


def violations(root: Path = PROJECT) -> list[str]:
    """Return every import that goes against a direction, as ``file's module:line -> target``."""
    return [f"{found.module}:{found.line} -> {found.target}" for found in (*_against(root), *_to_the_simulator(root))]


def impurities(root: Path = PROJECT) -> list[str]:
    """Return all that is not pure within the protocol folders, as ``file's module:line -> what``."""
    found = []
    for folder in protocol_folders(root):
        for file in sorted(folder.rglob("*.py")):
            found += [f"{one.module}:{one.line} -> {one.target}" for one in _impure_imports(file, folder, root)]
            module = module_name(file, root)
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found += [f"{module}:{line} -> {what}" for line, what in _effects(tree)]
    return found


def _against(root: Path) -> Iterator[Import]:
    for package, forbidden in FORBIDDEN:
        for file in sources(package, root):
            yield from (found for found in imports_of(file, root) if found.asks_for(*forbidden))


def _to_the_simulator(root: Path) -> Iterator[Import]:
    for package in (*APPS, "wire"):
        for file in sources(package, root):
            if not is_within(module_name(file, root), *MAY_START_THE_SIMULATOR):
                yield from (found for found in imports_of(file, root) if found.asks_for(SIMULATOR))


def _impure_imports(file: Path, folder: Path, root: Path) -> Iterator[Import]:
    own = module_name(folder / "__init__.py", root)
    for found in imports_of(file, root):
        if found.asks_for(own, "wire"):
            continue
        is_known = found.target.partition(".")[0] in sys.stdlib_module_names or found.asks_for(*PURE_PACKAGES)
        if not is_known or found.asks_for(*NOT_PURE):
            yield found


def _effects(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith() | ast.Await():
                yield node.lineno, "await"
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                yield node.lineno, f".{name}()"
            case ast.Attribute(value=ast.Name(id=package), attr=name) if f"{package}.{name}" in NOT_PURE:
                yield node.lineno, f"{package}.{name}"
            case ast.Call(func=ast.Name(id=name)) if name in BUILT_IN_EFFECTS:
                yield node.lineno, f"{name}()"


def test_every_import_goes_the_way_of_the_design() -> None:
    """`oauth_bridge` decides who, `tools` decides what, `mcpserver` joins them; `wire` is below all."""
    assert violations() == []


def test_what_specifications_say_is_pure() -> None:
    """No Django, no ASGI, no await, no clock, no I/O, no logging, and no sibling but `wire`."""
    assert impurities() == []


def test_the_guard_looks_at_what_there_is() -> None:
    """A renamed folder must not pass because nobody looks at it."""
    assert [module_name(folder / "__init__.py", PROJECT) for folder in protocol_folders()] == [
        "mcpserver.protocol",
        "oauth_bridge.protocol",
    ]
    assert all(len(list(folder.glob("*.py"))) > 5 for folder in protocol_folders())
    assert all(len(sources(package)) > 2 for package in (*APPS, "wire"))
    assert any(found.asks_for(SIMULATOR) for file in sources("mcpserver") for found in imports_of(file, PROJECT))


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a project with the packages of ours, and nothing wrong in it."""
    for name in (
        *APPS,
        "wire",
        "mcpserver/protocol",
        "mcpserver/serving",
        "oauth_bridge/protocol",
        "oauth_bridge/github/simulator",
    ):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "__init__.py").write_text("", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "code", "target"),
    [
        ("oauth_bridge/x.py", "import mcpserver", "mcpserver"),
        ("oauth_bridge/x.py", "import mcpserver.env as e", "mcpserver.env"),
        ("oauth_bridge/x.py", "from mcpserver import env", "mcpserver.env"),
        ("oauth_bridge/x.py", "from mcpserver.env import text", "mcpserver.env.text"),
        ("oauth_bridge/x.py", "from tools.registry import tool", "tools.registry.tool"),
        ("oauth_bridge/x.py", "import os, tools", "tools"),
        ("oauth_bridge/x.py", "def f():\n    def g():\n        import tools", "tools"),
        ("oauth_bridge/x.py", "try:\n    import tools\nexcept ImportError:\n    pass", "tools"),
        ("oauth_bridge/x.py", "if TYPE_CHECKING:\n    from tools import registry", "tools.registry"),
        ("oauth_bridge/github/x.py", "from ...tools import registry", "tools.registry"),
        ("oauth_bridge/x.py", "import_module('mcpserver.env')", "mcpserver.env"),
        ("oauth_bridge/x.py", "importlib.import_module('tools')", "tools"),
        ("oauth_bridge/x.py", "__import__('tools')", "tools"),
        ("oauth_bridge/x.py", "from tests.support import flow", "tests.support.flow"),
        ("tools/x.py", "from oauth_bridge.principals import Principal", "oauth_bridge.principals.Principal"),
        ("tools/x.py", "import mcpserver.dispatch", "mcpserver.dispatch"),
        ("mcpserver/x.py", "import tests", "tests"),
        ("wire/x.py", "from oauth_bridge import models", "oauth_bridge.models"),
        ("wire/x.py", "import tools", "tools"),
        ("wire/x.py", "import mcpserver", "mcpserver"),
        ("wire/x.py", "from django.conf import settings", "django.conf.settings"),
        ("mcpserver/x.py", "from oauth_bridge.github import simulator", SIMULATOR),
        ("mcpserver/x.py", "import oauth_bridge.github.simulator.app", f"{SIMULATOR}.app"),
        ("oauth_bridge/github/x.py", "from . import simulator", SIMULATOR),
        ("oauth_bridge/github/__init__.py", "from .simulator import app", f"{SIMULATOR}.app"),
    ],
)
def test_a_planted_import_against_a_direction_is_found(house: Path, file: str, code: str, target: str) -> None:
    assert violations(house) == []
    planted = house / file
    planted.write_text(code, encoding="utf-8")
    found = violations(house)
    assert len(found) == 1
    assert found[0].startswith(f"{module_name(planted, house)}:")
    assert found[0].endswith(f" -> {target}")


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("mcpserver/x.py", "import oauth_bridge.models, tools, wire"),
        ("oauth_bridge/x.py", "from wire import strict_json\nimport toolshed, mcpserverless"),
        ("tools/x.py", "import django, wire.csp"),
        ("mcpserver/serving/x.py", "from oauth_bridge.github.simulator.server import Simulator"),
        ("oauth_bridge/github/simulator/x.py", "from oauth_bridge.github.simulator import app\nfrom . import app"),
        ("oauth_bridge/protocol/x.py", "import re, hashlib\nfrom oauth_bridge.protocol import errors\nfrom wire import csp"),
        ("oauth_bridge/protocol/x.py", "import jwt\njwt.PyJWS().decode_complete('x')\nimport cryptography"),
        ("oauth_bridge/protocol/x.py", "from . import errors\nfrom datetime import datetime\nfrom http import HTTPStatus"),
    ],
)
def test_what_is_allowed_is_not_found(house: Path, file: str, code: str) -> None:
    (house / file).write_text(code, encoding="utf-8")
    assert violations(house) + impurities(house) == []


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("from django.conf import settings", "django.conf.settings"),
        ("import channels", "channels"),
        ("from asgiref.sync import sync_to_async", "asgiref.sync.sync_to_async"),
        ("import httpx2", "httpx2"),
        ("import asyncio", "asyncio"),
        ("import time", "time"),
        ("def f():\n    from time import monotonic", "time.monotonic"),
        ("import logging", "logging"),
        ("import os.path", "os.path"),
        ("from pathlib import Path", "pathlib.Path"),
        ("from urllib.request import urlopen", "urllib.request.urlopen"),
        ("from oauth_bridge import models", "oauth_bridge.models"),
        ("from .. import models", "oauth_bridge.models"),
        ("from mcpserver.protocol import errors", "mcpserver.protocol.errors"),
        ("async def f(): ...", "await"),
        ("from datetime import datetime\ndatetime.now()", ".now()"),
        ("import datetime\ndatetime.date.today()", ".today()"),
        ("import jwt\njwt.decode('x')", "jwt.decode"),
        ("import jwt\njwt.PyJWKClient('https://app.example')", "jwt.PyJWKClient"),
        ("from jwt import PyJWKClient", "jwt.PyJWKClient"),
        ("open('x')", "open()"),
        ("def f():\n    print('x')", "print()"),
    ],
)
def test_a_planted_impurity_is_found(house: Path, code: str, what: str) -> None:
    assert impurities(house) == []
    (house / "oauth_bridge/protocol/x.py").write_text(code, encoding="utf-8")
    assert [line.partition(" -> ")[2] for line in impurities(house)] == [what]
