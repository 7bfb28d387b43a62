"""What the server must not do, or does not offer: nothing of it may slip in unseen."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mcpserver import identity
from mcpserver.protocol import input_required
from mcpserver.protocol.server import capabilities
from mcpserver.protocol.versions import LATEST_MODERN, REVISIONS, Revision
from tests.mcpserver.protocol.samples import HANDSHAKE, SERVER, handshake_headers, plan, refusal, request
from tools.catalog import CATALOG

REVISION = pytest.mark.parametrize("revision", REVISIONS, ids=lambda revision: revision.name)


def test_an_interim_result_has_no_cache_hints() -> None:
    """MCP 2026-07-28 server/utilities/caching, Cacheable Results: only what is complete may be kept."""
    asked = {"name": {"method": "elicitation/create", "params": {}}}
    result = json.loads(input_required.result(asked, "sealed", LATEST_MODERN, SERVER))
    assert result["resultType"] == "input_required"
    assert not {"ttlMs", "cacheScope"} & result.keys()


def references(value: Any) -> Iterator[str]:
    """Return every ``$ref`` in a schema."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def test_no_schema_refers_to_anything_outside_itself() -> None:
    """MCP 2026-07-28 basic/index, $ref Resolution."""
    schemas = [tool.definition for tool in CATALOG]
    found = [each for schema in schemas for each in references(schema)]
    assert [each for each in found if not each.startswith("#/")] == []


@pytest.mark.parametrize("version", HANDSHAKE)
@pytest.mark.parametrize("method", ["tasks/list", "tasks/get", "tasks/result", "tasks/cancel"])
def test_the_experimental_tasks_are_unknown(version: str, method: str) -> None:
    """MCP 2025-11-25 basic/utilities/tasks: not declared, so not there."""
    answer = refusal(handshake_headers(version), request(method, {"taskId": "t"}))
    assert json.loads(answer.body)["error"]["code"] == -32601


def test_a_task_that_is_asked_for_without_the_capability_is_a_plain_call() -> None:
    """MCP 2025-11-25 basic/utilities/tasks: ``task`` is ignored."""
    headers = handshake_headers("2025-11-25")
    params = {"name": "greet", "arguments": {}}
    assert plan(headers, request("tools/call", {**params, "task": {"ttl": 1}})) == plan(headers, request("tools/call", params))


@REVISION
def test_neither_experimental_tasks_nor_apps_are_declared(revision: Revision) -> None:
    """SEP-1865: a client that is told of no apps shows text."""
    declared = capabilities(identity.server(REVISIONS), revision)
    assert "tasks" not in declared
    assert "io.modelcontextprotocol/ui" not in declared.get("extensions", {})
