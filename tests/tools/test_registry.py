import pytest
from pydantic import BaseModel, Field

from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.registry import Catalog, Tool, tool
from tools.results import ToolResult, text


class Arguments(BaseModel):
    limit: int = Field(10, ge=1, description="How many")


class Output(BaseModel):
    total: int


async def _function(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Say hello."""
    return text("hello")


def make(name: str, *scopes: str) -> Tool:
    async def function(arguments: Arguments, context: ToolContext) -> ToolResult:
        """Say hello."""
        return text("hello")

    function.__name__ = name
    return tool(title=name, scopes=set(scopes), read_only=True)(function)


def test_everything_that_a_client_sees_comes_from_the_function() -> None:
    """MCP 2026-07-28 server/tools, Tool."""
    made = tool(title="Hello", scopes={"read:user"}, read_only=True, open_world=False, output=Output)(_function)
    assert made.definition == {
        "name": "_function",
        "title": "Hello",
        "description": "Say hello.",
        "inputSchema": {
            "type": "object",
            "properties": {"limit": {"type": "integer", "minimum": 1, "default": 10, "description": "How many"}},
            "additionalProperties": False,
        },
        "outputSchema": {"type": "object", "properties": {"total": {"type": "integer"}}, "required": ["total"]},
        "annotations": {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False},
    }


def test_a_tool_without_output_model_has_no_output_schema() -> None:
    assert "outputSchema" not in make("hello").definition


def test_a_tool_that_writes_is_taken_for_the_worst_unless_it_says_otherwise() -> None:
    annotations = tool(title="Write", scopes=set(), read_only=False)(_function).definition["annotations"]
    assert annotations == {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": False, "openWorldHint": True}
    milder = tool(title="Write", scopes=set(), read_only=False, destructive=False, idempotent=True)(_function)
    assert not milder.definition["annotations"]["destructiveHint"]
    assert milder.definition["annotations"]["idempotentHint"]


def test_a_tool_is_visible_when_all_its_scopes_are_granted() -> None:
    catalog = Catalog([make("open"), make("one", "a"), make("both", "a", "b")])
    assert [each.name for each in catalog.visible_to(set())] == ["open"]
    assert [each.name for each in catalog.visible_to({"a"})] == ["open", "one"]
    assert [each.name for each in catalog.visible_to({"b", "a", "c"})] == ["open", "one", "both"]


def test_names_are_compared_exactly() -> None:
    """MCP 2025-11-25 server/tools, Tool Names: case-sensitive."""
    catalog = Catalog([make("hello")])
    assert catalog.get("hello") is next(iter(catalog))
    assert catalog.get("Hello") is None
    assert catalog.get("__class__") is None
    assert len(catalog) == 1


def test_two_tools_cannot_share_a_name() -> None:
    with pytest.raises(DeclarationError, match="two tools are called 'same'"):
        Catalog([make("same"), make("same")])
