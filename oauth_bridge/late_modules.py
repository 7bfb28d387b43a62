"""Modules of other people's that our libraries import at their top, and that few requests need, if any.

Each is loaded by whoever first uses something of it. Python's own ``importlib.util.LazyLoader`` may show a half loaded module
to a second thread (before 3.12.3); here whoever comes second waits, as for any import.
"""

import re
import sys
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any

from django.core import validators  # noqa: F401  not to be among what is loaded below
from django.utils.regex_helper import _lazy_re_compile


class _Late(ModuleType):
    """Stands for a module until something of it is used."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._loading = RLock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module(), name)

    def _module(self) -> ModuleType:
        name = self.__name__
        with self._loading:
            if sys.modules.get(name) is self:
                del sys.modules[name]
                try:
                    import_module(name)
                except BaseException:
                    # Whoever comes next finds the same fault, and not a module that is gone.
                    sys.modules[name] = self
                    raise
        return sys.modules[name]


def put_off(*names: str) -> None:
    """Let ``import NAME`` do nothing until something of the module is used; one that is loaded already stays."""
    for name in names:
        sys.modules.setdefault(name, _Late(name))


def load_without_compiling(name: str) -> None:
    """Load a module whose regular expressions are compiled at their first use, as those of Django's own validators are.

    For patterns that take long: ``oauth2_provider.validators`` has one with two ranges of Unicode, a twentieth of the start.
    """
    compile_now = re.compile
    re.compile = _lazy_re_compile  # type: ignore[assignment]  # its results are used as patterns are
    try:
        import_module(name)
    finally:
        re.compile = compile_now
