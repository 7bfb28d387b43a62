"""The resources' lists and ``resources/read`` in the shape of each revision (MCP server/resources)."""

import json
from typing import Any

import pytest

from mcpserver.protocol import pages, resources
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.versions import REVISIONS, SSE_REVISIONS, Revision
from tests.mcpserver.protocol.samples import SERVER
from tests.support import schemas

EVERY = (*REVISIONS, SSE_REVISIONS[-1])
each_revision = pytest.mark.parametrize("revision", EVERY, ids=lambda revision: revision.name)

ABOUT: dict[str, Any] = {
    "name": "note",
    "title": "A note",
    "description": "A note.",
    "mimeType": "text/plain",
    "annotations": {"audience": ["user"], "priority": 1.0, "lastModified": "2026-01-31T12:00:00Z"},
    "icons": [{"src": "https://gatehouse.example/a.png", "mimeType": "image/png"}],
    "_meta": {"example.org/a": 1},
}
RESOURCE = {"uri": "notes://1", "size": 12, **ABOUT}
TEMPLATE = {"uriTemplate": "notes://{number}", **ABOUT}
CONTENTS = [
    {"uri": "notes://1", "mimeType": "text/plain", "text": "hi"},
    {"uri": "notes://1/picture", "mimeType": "image/png", "blob": "aGk="},
]

SINCE = {"title": "2025-06-18", "_meta": "2025-06-18", "icons": "2025-11-25"}


def expected(definition: dict[str, Any], revision: Revision) -> set[str]:
    return {name for name in definition if SINCE.get(name, "") <= revision.name}


@each_revision
def test_a_resource_is_described_with_what_the_revision_knows(revision: Revision) -> None:
    result = json.loads(pages.list_result(resources.RESOURCES, [RESOURCE], None, revision, SERVER))
    schemas.validate(result, revision.name, "ListResourcesResult")
    [resource] = result["resources"]
    assert set(resource) == expected(RESOURCE, revision)
    assert ("lastModified" in resource["annotations"]) is (revision.name >= "2025-06-18")


@each_revision
def test_a_template_is_described_with_what_the_revision_knows(revision: Revision) -> None:
    result = json.loads(pages.list_result(resources.TEMPLATES, [TEMPLATE], None, revision, SERVER))
    schemas.validate(result, revision.name, "ListResourceTemplatesResult")
    [template] = result["resourceTemplates"]
    assert set(template) == expected(TEMPLATE, revision)


@each_revision
def test_what_was_read_may_be_several_things(revision: Revision) -> None:
    result = json.loads(resources.read_result(CONTENTS, 5000, revision, SERVER))
    schemas.validate(result, revision.name, "ReadResourceResult")
    assert result["contents"] == CONTENTS
    hints = (result.get("ttlMs"), result.get("cacheScope"))
    assert hints == ((5000, "private") if revision.cache_hints else (None, None))


@each_revision
def test_what_is_not_there_has_the_code_of_the_revision(revision: Revision) -> None:
    """MCP 2025-11-25 server/resources, Error Handling; -32602 from 2026-07-28 on (SEP-2164)."""
    body = resources.not_found("notes://9", revision).body()
    assert body == {
        "code": -32602 if revision.name == "2026-07-28" else -32002,
        "message": "Resource not found.",
        "data": {"uri": "notes://9"},
    }


@pytest.mark.parametrize("params", [{}, {"uri": None}, {"uri": 5}, {"uri": ""}, {"uri": ["a:b"]}])
def test_a_uri_must_be_given(params: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        resources.parse_uri(params)
