"""What clients see of each tool, kept as files: a change of a description or a schema is a change that people read.

Refresh them after a deliberate change with ``UPDATE_SNAPSHOTS=1``, and review the difference.
"""

import json
import os
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from tools import policy_rows, sets
from tools.catalog import CATALOG
from tools.policy import Policy, Switch
from tools.registry import Tool

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"

each_tool = pytest.mark.parametrize("tool", tuple(CATALOG), ids=lambda tool: tool.name)


@each_tool
def test_a_tool_looks_to_clients_as_it_did(tool: Tool) -> None:
    path = SNAPSHOTS / f"{tool.name}.json"
    text = json.dumps(tool.definition, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "set UPDATE_SNAPSHOTS=1 if this change is meant"


def test_no_snapshot_outlives_its_tool() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == {tool.name for tool in CATALOG}


@each_tool
def test_a_tool_is_closed_and_of_a_valid_schema(tool: Tool) -> None:
    """MCP 2026-07-28 server/tools: an object schema, and nothing unknown is let through."""
    assert tool.definition["inputSchema"]["additionalProperties"] is False
    for schema in (tool.definition["inputSchema"], tool.definition.get("outputSchema", {"type": "object"})):
        assert schema["type"] == "object"
        jsonschema.Draft202012Validator.check_schema(schema)


# What is offered from the first day, in the order of clients. Tools that are added stand beside these.
OFFERED = {
    "get_user_info": sets.CORE,
    "get_github_repos": sets.REPOSITORIES,
    "get_repository": sets.REPOSITORIES,
    "search_repositories": sets.REPOSITORIES,
    "list_repository_files": sets.REPOSITORIES,
    "read_repository_file": sets.REPOSITORIES,
    "list_issues": sets.ISSUES,
    "get_issue": sets.ISSUES,
    "create_issue": sets.ISSUES,
    "list_pull_requests": sets.PULL_REQUESTS,
    "get_pull_request": sets.PULL_REQUESTS,
    "calculate": sets.CORE,
}


def test_the_base_scope_opens_all_that_is_offered_in_a_fixed_order() -> None:
    listed = [tool.name for tool in CATALOG.visible_to({"read:user"}) if tool.name in OFFERED]
    assert listed == list(OFFERED)
    assert not {tool.name for tool in CATALOG.visible_to({"user:email", "repo"})} & OFFERED.keys()


@pytest.mark.parametrize(("name", "of_set"), OFFERED.items())
def test_a_tool_is_in_its_set_and_hints_at_what_it_does(name: str, of_set: str) -> None:
    """MCP 2026-07-28 server/tools, ToolAnnotations: hints for the client's questions to its person."""
    tool = CATALOG.get(name)
    assert tool is not None
    assert tool.set == of_set
    writes = name == "create_issue"
    assert tool.definition["annotations"] == {
        "readOnlyHint": not writes,
        "destructiveHint": False,
        "idempotentHint": not writes,
        "openWorldHint": name != "calculate",
    }


def test_what_writes_is_off_unless_an_operator_names_it() -> None:
    policy = Policy(on_at_first=policy_rows.on_at_first(), switches={"*": Switch(is_on=True)})
    named = policy.on_at_first
    assert "create_issue" not in named
    off = [tool.name for tool in CATALOG if not policy.switch(tool)[0].is_on]
    assert off == [tool.name for tool in CATALOG if tool.writes and tool.name not in named]
