"""Modules that are loaded by whoever first uses something of them."""

import re
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from importlib import import_module
from pathlib import Path

import pytest

from oauth_bridge import late_modules

NAME = "gatehouse_late_example"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the file of a package that can be imported, and is forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / NAME
    package.mkdir()
    (package / "inner.py").write_text("depth = 2")
    yield package / "__init__.py"
    for name in [each for each in sys.modules if each.startswith(NAME)]:
        del sys.modules[name]


def is_loaded() -> bool:
    return getattr(sys.modules[NAME], "__spec__", None) is not None


def test_an_import_loads_nothing_and_a_use_does(file: Path) -> None:
    file.write_text("depth = 1")
    late_modules.put_off(NAME)
    module = import_module(NAME)
    assert not is_loaded()
    assert module.depth == 1
    assert is_loaded()
    assert import_module(NAME).depth == module.depth == 1


def test_what_is_within_it_loads_it(file: Path) -> None:
    file.write_text("depth = 1")
    late_modules.put_off(NAME)
    assert import_module(f"{NAME}.inner").depth == 2
    assert is_loaded()


def test_one_that_is_loaded_already_stays(file: Path) -> None:
    file.write_text("depth = 1")
    module = import_module(NAME)
    late_modules.put_off(NAME)
    assert import_module(NAME) is module


def test_a_module_that_fails_fails_again_for_whoever_comes_next(file: Path) -> None:
    file.write_text("1 / 0")
    late_modules.put_off(NAME)
    module = import_module(NAME)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            _ = module.depth


def test_who_comes_while_it_is_loaded_waits_and_sees_all_of_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half loaded module would be an AttributeError in one of two requests that come first together."""
    file.write_text("import sys\nsys.began.set()\nassert sys.go_on.wait(10)\ndepth = 1")
    began, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(sys, "began", began, raising=False)
    monkeypatch.setattr(sys, "go_on", go_on, raising=False)
    late_modules.put_off(NAME)
    module = import_module(NAME)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(lambda: module.depth)
        assert began.wait(10)
        second = threads.submit(lambda: module.depth)
        assert not wait([second], timeout=0.2).done
        go_on.set()
        assert (first.result(10), second.result(10)) == (1, 1)


def test_patterns_of_a_module_are_compiled_when_they_are_first_used(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("import re\npattern = re.compile('a+', re.IGNORECASE)")
    compiled: list[str] = []
    real = re.compile
    monkeypatch.setattr(re, "compile", lambda pattern, flags=0: (compiled.append(str(pattern)), real(pattern, flags))[1])
    counting = re.compile
    late_modules.load_without_compiling(NAME)
    pattern = sys.modules[NAME].pattern
    assert compiled == []
    assert pattern.fullmatch("AA")
    assert not pattern.fullmatch("AB")
    assert compiled == ["a+"]
    assert re.compile is counting
