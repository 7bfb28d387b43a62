"""Modules that are offered: what they declare, in order, and nothing that they import."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

from tools import offer
from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.prompts import prompt
from tools.registry import tool
from tools.resources import resource
from tools.results import ToolResult, text


class Arguments(BaseModel):
    pass


def _tool(name: str, module: str) -> object:
    async def function(_arguments: Arguments, _context: ToolContext) -> ToolResult:
        """Say nothing."""
        return text("")

    function.__name__, function.__module__ = name, module
    return tool(title=name, scopes=set(), read_only=True)(function)


@pytest.fixture
def module() -> Iterator[ModuleType]:
    """Return an importable module without anything in it."""
    made = ModuleType("a_module_of_tools")
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


def test_a_module_offers_what_it_declares_in_its_order(module: ModuleType) -> None:
    module.z = _tool("z", module.__name__)  # type: ignore[attr-defined]
    module.borrowed = _tool("borrowed", "another.module")  # type: ignore[attr-defined]
    module.a = _tool("a", module.__name__)  # type: ignore[attr-defined]
    assert [each.name for each in offer.catalog_of([module.__name__])] == ["z", "a"]


def test_resources_and_prompts_are_offered_beside_tools(module: ModuleType) -> None:
    async def page(context: ToolContext) -> str:
        """A page."""
        return context.person.login

    async def opening(context: ToolContext) -> str:
        """Begin."""
        return context.person.login

    page.__module__ = opening.__module__ = module.__name__
    module.page = resource("test://page", title="Page")(page)  # type: ignore[attr-defined]
    module.opening = prompt(title="Opening")(opening)  # type: ignore[attr-defined]
    catalog = offer.catalog_of([module.__name__])
    assert [each.name for each in catalog.resources] == ["page"]
    assert [each.name for each in catalog.prompts] == ["opening"]
    assert len(catalog) == 0


def test_the_order_of_the_modules_is_the_order_of_the_list() -> None:
    names = ["tools.catalog.calculate", "tools.catalog.get_user_info"]
    assert [each.name for each in offer.catalog_of(names)] == ["calculate", "get_user_info"]


def test_a_module_that_offers_nothing_stops_the_start(module: ModuleType) -> None:
    with pytest.raises(DeclarationError, match="a_module_of_tools declares no tool"):
        offer.catalog_of([module.__name__])


def test_two_modules_may_not_offer_one_name(module: ModuleType) -> None:
    module.calculate = _tool("calculate", module.__name__)  # type: ignore[attr-defined]
    line = re.escape(f"{__file__}:")
    with pytest.raises(DeclarationError, match=f"^{line}[0-9]+: two tools are called 'calculate'.*/calculate.py:[0-9]+$"):
        offer.catalog_of(["tools.catalog.calculate", module.__name__])


@pytest.mark.parametrize("name", ["tools.catalog.nope", "nope", "nope.mcp_tools"])
def test_a_module_that_is_not_there_is_named_with_the_setting(name: str) -> None:
    with pytest.raises(DeclarationError, match=f"^TOOL_MODULES names {name}, and there is no module "):
        offer.catalog_of([name])


def test_what_a_module_cannot_import_keeps_its_own_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tools_of_a_shop.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        offer.catalog_of(["tools_of_a_shop"])
