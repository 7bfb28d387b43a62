"""Resources through the endpoint, in every revision (MCP server/resources)."""

import json
import logging

import pytest

from mcpserver.edge.types import App
from tests.mcpserver.endpoint import message
from tests.mcpserver.features.conftest import Client
from tests.support import schemas

pytestmark = pytest.mark.asyncio

OWN = "notes://alice/by/to%20do"


async def test_what_one_may_see_is_listed_with_ones_own(client: Client) -> None:
    result = await client.result("resources/list")
    schemas.validate(result, client.version, "ListResourcesResult")
    assert [each["uri"] for each in result["resources"]] == [
        "notes://welcome",
        "notes://album",
        "notes://broken",
        "notes://busy",
        OWN,
    ]
    assert ("title" in result["resources"][0]) is (client.version >= "2025-06-18")


async def test_templates_are_listed_apart(client: Client) -> None:
    result = await client.result("resources/templates/list")
    schemas.validate(result, client.version, "ListResourceTemplatesResult")
    assert [each["uriTemplate"] for each in result["resourceTemplates"]] == ["notes://{owner}/by/{name}"]


@pytest.mark.parametrize(
    ("uri", "contents"),
    [
        ("notes://welcome", [{"uri": "notes://welcome", "mimeType": "text/plain", "text": "Welcome, alice."}]),
        (OWN, [{"uri": OWN, "mimeType": "text/plain", "text": "to do of alice"}]),
        (
            "notes://album",
            [
                {"uri": "notes://album", "mimeType": "text/plain", "text": "A picture:"},
                {"uri": "notes://album/1", "mimeType": "image/png", "blob": "aGk="},
            ],
        ),
    ],
)
async def test_a_resource_is_read(client: Client, uri: str, contents: list[dict[str, str]]) -> None:
    result = await client.result("resources/read", {"uri": uri})
    schemas.validate(result, client.version, "ReadResourceResult")
    assert result["contents"] == contents


async def test_how_long_it_may_be_kept_is_the_authors_word(modern: Client) -> None:
    """MCP 2026-07-28 server/utilities/caching; never shared between people."""
    for uri, ttl_ms in (("notes://welcome", 60_000), ("notes://album", 0)):
        result = await modern.result("resources/read", {"uri": uri})
        assert (result["ttlMs"], result["cacheScope"]) == (ttl_ms, "private")


@pytest.mark.parametrize(
    "uri",
    [
        "notes://nothing",
        "notes://{owner}/by/{name}",
        # It says so itself, and what it says looks the same as what is not there.
        "notes://alice/by/lost",
        "notes://bob/by/to%20do",
        "notes://alice/by/..",
        "notes://alice/by/%2e%2e",
        "notes://alice/by/a%2Fb",
        "notes://alice/by/to do",
        "notes://%61lice/by/to%20do",
        "file:///etc/passwd",
    ],
)
async def test_what_is_not_there_has_the_code_of_the_revision(client: Client, uri: str) -> None:
    error = await client.error("resources/read", {"uri": uri})
    assert error == {
        "code": -32602 if client.version == "2026-07-28" else -32002,
        "message": "Resource not found.",
        "data": {"uri": uri},
    }


@pytest.mark.parametrize("params", [{}, {"uri": ""}, {"uri": 5}])
async def test_a_uri_must_be_given(client: Client, params: dict[str, object]) -> None:
    assert (await client.error("resources/read", params))["code"] == -32602


async def test_a_missing_scope_is_asked_for_before_anything_runs(client: Client) -> None:
    """MCP 2025-11-25 basic/authorization, Runtime Insufficient Scope Errors."""
    answer = await client.post("resources/read", {"uri": "notes://hidden"})
    challenge = (answer.header(b"www-authenticate") or b"").decode()
    assert answer.status == 403
    assert 'error="insufficient_scope"' in challenge
    assert "repo" in challenge


async def test_an_error_of_the_author_is_told_in_its_words(client: Client) -> None:
    error = await client.error("resources/read", {"uri": "notes://busy"})
    assert error == {"code": -32603, "message": "The library is closed. Try again tomorrow."}


async def test_a_bug_is_logged_and_hidden(client: Client, reference: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.post("resources/read", {"uri": "notes://broken"})
    error = message(answer)["error"]
    assert (error["code"], error["data"]) == (-32603, {"reference": reference})
    assert b"secret inside" not in answer.body
    assert any(record.exc_info for record in caplog.records)


async def test_a_batch_may_read(app: App) -> None:
    """MCP 2025-03-26 alone; a scope that one entry lacks stops them all."""
    client = Client(app, "2025-03-26")
    uris = ("notes://welcome", "notes://nothing")
    answer = await client.post_batch([("resources/read", {"uri": uri}) for uri in uris])
    first, second = json.loads(answer.body)
    assert (first["result"]["contents"][0]["text"], second["error"]["code"]) == ("Welcome, alice.", -32002)
    refused = await client.post_batch([("resources/read", {"uri": uri}) for uri in ("notes://welcome", "notes://hidden")])
    assert refused.status == 403
