from collections.abc import Set as AbstractSet

import pytest
from pydantic import BaseModel

from tools import permissions
from tools.context import ToolContext
from tools.registry import Tool, tool
from tools.results import ToolResult, text


class Arguments(BaseModel):
    deep: bool = False


async def look(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Look."""
    return text("")


def _step_up(arguments: Arguments) -> AbstractSet[str]:
    return {"repo"} if arguments.deep else set()


PLAIN = tool(title="Look", scopes={"read:user"}, read_only=True)(look)
STEPPED = tool(title="Look", scopes={"read:user"}, read_only=True, step_up=_step_up)(look)


@pytest.mark.parametrize(
    ("asked", "arguments", "granted", "missing"),
    [
        (PLAIN, {}, {"read:user"}, set()),
        (PLAIN, {}, set(), {"read:user"}),
        (PLAIN, {"deep": True}, {"read:user"}, set()),
        (STEPPED, {}, {"read:user"}, set()),
        (STEPPED, {"deep": False}, {"read:user"}, set()),
        (STEPPED, {"deep": True}, {"read:user"}, {"repo"}),
        (STEPPED, {"deep": True}, {"read:user", "repo"}, set()),
        (STEPPED, {"deep": True}, {"repo"}, {"read:user"}),
        (STEPPED, {"deep": True}, set(), {"read:user", "repo"}),
        # Wrong arguments ask for nothing more: the runner has something to say about them.
        (STEPPED, {"deep": "yes"}, {"read:user"}, set()),
        (STEPPED, {"deep": True, "more": 1}, {"read:user"}, set()),
        (STEPPED, {"deep": "yes"}, set(), {"read:user"}),
    ],
)
def test_a_call_needs_the_scopes_of_the_tool_and_of_its_arguments(
    asked: Tool, arguments: dict[str, object], granted: set[str], missing: set[str]
) -> None:
    assert permissions.missing_scopes(asked, arguments, granted) == missing
