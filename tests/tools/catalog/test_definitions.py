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
def test_a_tool_is_annotated_and_closed(tool: Tool) -> None:
    """MCP 2026-07-28 server/tools: an object schema; hints for the client's questions to its user."""
    definition = tool.definition
    assert definition["annotations"]["readOnlyHint"] is (tool.name != "create_issue")
    assert definition["annotations"]["destructiveHint"] is False
    assert definition["annotations"]["openWorldHint"] is (tool.name != "calculate")
    assert definition["inputSchema"]["additionalProperties"] is False
    for schema in (definition["inputSchema"], definition["outputSchema"]):
        assert schema["type"] == "object"
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_base_scope_opens_every_tool_in_a_fixed_order() -> None:
    assert [tool.name for tool in CATALOG.visible_to({"read:user"})] == [
        "get_user_info",
        "get_github_repos",
        "get_repository",
        "search_repositories",
        "list_repository_files",
        "read_repository_file",
        "list_issues",
        "get_issue",
        "create_issue",
        "list_pull_requests",
        "get_pull_request",
        "calculate",
    ]
    assert CATALOG.visible_to({"user:email", "repo"}) == ()


@pytest.mark.parametrize(
    ("name", "names"),
    [
        (sets.CORE, {"get_user_info", "calculate"}),
        (
            sets.REPOSITORIES,
            {"get_github_repos", "get_repository", "search_repositories", "list_repository_files", "read_repository_file"},
        ),
        (sets.ISSUES, {"list_issues", "get_issue", "create_issue"}),
        (sets.PULL_REQUESTS, {"list_pull_requests", "get_pull_request"}),
    ],
)
def test_each_tool_is_in_its_set(name: str, names: set[str]) -> None:
    assert {tool.name for tool in CATALOG if tool.set == name} == names


def test_what_writes_is_off_unless_an_operator_names_it() -> None:
    policy = Policy(on_at_first=policy_rows.on_at_first(), switches={"*": Switch(is_on=True)})
    assert [tool.name for tool in CATALOG if not policy.switch(tool)[0].is_on] == ["create_issue"]
