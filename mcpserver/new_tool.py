"""What a new tool begins with: a module, a test, and the snapshot of its definition."""

import importlib.util
import json
import keyword
import re
from pathlib import Path

from tools.registry import Tool

# What clients take (``tools.declaration``), and Python too.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
# What the module and the test below call something else.
_IN_USE = ("tool", "structured", "caller", "pytest")

_MODULE = '''"""What it is for, in one line."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools.context import ToolContext
from tools.registry import tool
from tools.results import ToolResult, structured


class Result(BaseModel):
    words: int = Field(description="How many words there are")


Text = Annotated[str, Field(max_length=10_000, description="What to look at")]


@tool(title="{title}", scopes={{"read:user"}}, read_only=True, open_world=False, output=Result)
async def {name}(text: Text, context: ToolContext) -> ToolResult:
    """Count the words of a text. Say here what a model must know to choose this tool."""
    await context.progress(1, 1, "counted")
    return structured(Result(words=len(text.split())))
'''

_TEST = """import pytest

from tools.catalog.{name} import {name}
from tools.testing import Caller

pytestmark = pytest.mark.asyncio


async def test_{name}(caller: Caller) -> None:
    result = await caller.call({name}, text="one two")
    assert result.structured == {{"words": 2}}
"""


class CannotWrite(Exception):
    """The name will not do, or is taken."""


def write(name: str, project: Path) -> list[Path]:
    """Write the files of a new tool and return them; nothing is written over.

    Raises:
        CannotWrite: see the message.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in _IN_USE:
        raise CannotWrite(f"{name!r} must be a name in lower case, such as count_words.")
    module = project / "tools" / "catalog" / f"{name}.py"
    test = project / "tests" / "tools" / "catalog" / f"test_{name}.py"
    snapshot = project / "tests" / "tools" / "snapshots" / f"{name}.json"
    for path in (module, test, snapshot):
        if path.exists():
            raise CannotWrite(f"{path.relative_to(project)} is there already.")
    title = name.replace("_", " ").capitalize()
    for path in (module, test, snapshot):
        path.parent.mkdir(parents=True, exist_ok=True)
    module.write_text(_MODULE.format(name=name, title=title), encoding="utf-8")
    test.write_text(_TEST.format(name=name), encoding="utf-8")
    snapshot.write_text(json.dumps(_declared(module, name).definition, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [module, test, snapshot]


def _declared(module: Path, name: str) -> Tool:
    spec = importlib.util.spec_from_file_location(f"tools.catalog.{name}", module)
    if spec is None or spec.loader is None:
        raise CannotWrite(f"{module} cannot be read.")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    tool: Tool = getattr(loaded, name)
    return tool
