import pytest
from pydantic import BaseModel, Field

from tools.content import Icon
from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.prompts import Prompt, prompt
from tools.registry import Catalog, Tool, tool
from tools.resources import Resource, resource
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


def a_resource(name: str, uri: str, *scopes: str) -> Resource:
    async def function(context: ToolContext) -> str:
        """Read it."""
        return name

    async def of_template(key: str, context: ToolContext) -> str:
        """Read it."""
        return key

    chosen = of_template if "{" in uri else function
    chosen.__name__ = name
    return resource(uri, title=name, scopes=set(scopes))(chosen)


def a_prompt(name: str, *scopes: str) -> Prompt:
    async def function(context: ToolContext) -> str:
        """Say it."""
        return name

    function.__name__ = name
    return prompt(title=name, scopes=set(scopes))(function)


def test_a_uri_of_its_own_comes_before_any_template() -> None:
    catalog = Catalog([], [a_resource("any", "notes://{key}"), a_resource("welcome", "notes://welcome")])
    found = [catalog.resource(uri) for uri in ("notes://welcome", "notes://other", "notes://a/b", "notes://{key}")]
    assert [each and (each[0].name, each[1]) for each in found] == [("welcome", {}), ("any", {"key": "other"}), None, None]


def test_a_template_is_found_by_its_text() -> None:
    catalog = Catalog([], [a_resource("any", "notes://{key}")])
    assert catalog.template("notes://{key}") is catalog.resources[0]
    assert catalog.template("notes://{other}") is None


def test_resources_and_prompts_are_visible_when_all_their_scopes_are_granted() -> None:
    catalog = Catalog(
        [],
        [a_resource("open", "a:1"), a_resource("one", "a:2", "a"), a_resource("both", "a:{key}", "a", "b")],
        [a_prompt("open"), a_prompt("one", "a")],
    )
    assert [each.name for each in catalog.resources_visible_to(set())] == ["open"]
    assert [each.name for each in catalog.resources_visible_to({"a", "b"})] == ["open", "one", "both"]
    assert [each.name for each in catalog.prompts_visible_to(set())] == ["open"]
    assert [each.name for each in catalog.prompts_visible_to({"a"})] == ["open", "one"]
    assert (catalog.prompt("one"), catalog.prompt("One")) == (catalog.prompts[1], None)


def test_two_of_a_kind_cannot_share_a_name_or_a_uri() -> None:
    with pytest.raises(DeclarationError, match="two resources are called 'same'"):
        Catalog([], [a_resource("same", "a:1"), a_resource("same", "a:2")])
    with pytest.raises(DeclarationError, match="two resources have the same URI"):
        Catalog([], [a_resource("one", "a:1"), a_resource("two", "a:1")])
    with pytest.raises(DeclarationError, match="two prompts are called 'same'"):
        Catalog([], [], [a_prompt("same"), a_prompt("same")])
    # Kinds have names of their own.
    Catalog([make("same")], [a_resource("same", "a:1")], [a_prompt("same")])


def test_a_tool_may_have_icons() -> None:
    made = tool(title="Hello", scopes=set(), read_only=True, icons=[Icon("https://a.example/i.png")])(_function)
    assert made.definition["icons"] == [{"src": "https://a.example/i.png", "mimeType": "image/png"}]
