"""The lists: what is kept in memory, and for whom; and what is declared of them."""

import json
from typing import Any

import pytest

from mcpserver import identity
from mcpserver.dispatch import listing
from mcpserver.edge.types import App
from mcpserver.protocol import pages, resources, tools
from mcpserver.protocol.versions import LATEST_MODERN
from tests.mcpserver.features.conftest import CATALOG, Client
from tests.mcpserver.protocol.samples import SERVER
from tools.registry import Catalog

pytestmark = pytest.mark.asyncio


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return which pages were made, not taken from memory: member and revision."""
    monkeypatch.setattr(listing, "_pages", listing._Pages())
    made: list[tuple[str, str]] = []
    real = pages.list_result

    def counted(kind: Any, definitions: Any, after: Any, revision: Any, server: Any) -> bytes:
        made.append((kind.member, revision.name))
        return real(kind, definitions, after, revision, server)

    monkeypatch.setattr(pages, "list_result", counted)
    return made


async def test_a_list_is_made_once_for_a_kind_and_a_revision(app: App, made: list[tuple[str, str]]) -> None:
    newest, older = Client(app, "2026-07-28"), Client(app, "2025-06-18")
    first = await newest.result("prompts/list")
    assert await newest.result("prompts/list") == first
    await newest.result("resources/templates/list")
    await older.result("prompts/list")
    assert made == [("prompts", "2026-07-28"), ("resourceTemplates", "2026-07-28"), ("prompts", "2025-06-18")]


async def test_a_list_that_holds_ones_own_is_never_kept(modern: Client, made: list[tuple[str, str]]) -> None:
    await modern.result("resources/list")
    await modern.result("resources/list")
    assert made == [("resources", "2026-07-28")] * 2
    assert not listing._pages._pages


async def test_the_memory_of_lists_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = listing._Pages()
    monkeypatch.setattr(kept, "MAX_PAGES", 2)
    for number in range(5):
        definition = {"name": f"tool-{number}", "inputSchema": {"type": "object"}}
        assert f"tool-{number}".encode() in kept.page(tools.TOOLS, [definition], None, LATEST_MODERN, SERVER)
        assert len(kept._pages) <= 2


async def test_empty_lists_of_two_kinds_are_not_taken_for_each_other() -> None:
    kept = listing._Pages()
    for kind in (tools.TOOLS, resources.RESOURCES):
        assert kind.member in json.loads(kept.page(kind, [], None, LATEST_MODERN, SERVER))


@pytest.mark.parametrize("method", ["prompts/list", "resources/list", "resources/templates/list"])
async def test_an_invalid_cursor_is_refused(modern: Client, method: str) -> None:
    """MCP server/utilities/pagination, Error Handling; what one may not see is no place to go on from."""
    for cursor in ("nope", "", pages.make_cursor("hidden_prompt")):
        assert await modern.error(method, {"cursor": cursor}) == {"code": -32602, "message": "Invalid cursor."}


async def test_what_is_declared_is_what_there_is(modern: Client) -> None:
    """MCP 2026-07-28 server/discover: and what is not declared is unknown."""
    declared = (await modern.result("server/discover"))["capabilities"]
    assert declared == {
        "logging": {},
        "resources": {"subscribe": True, "listChanged": True},
        "prompts": {"listChanged": True},
        "completions": {},
    }
    assert (await modern.post("tools/list")).status == 404


async def test_features_are_read_off_the_catalog() -> None:
    [review] = [each for each in CATALOG.prompts if each.name == "review"]
    [welcome] = [each for each in CATALOG.resources if each.name == "welcome"]
    nothing = identity.features(Catalog(()))
    assert (nothing.tools, nothing.resources, nothing.prompts, nothing.completions) == (False, False, False, False)
    some = identity.features(Catalog((), [welcome], [review]))
    assert (some.resources, some.subscriptions, some.prompts, some.completions) == (True, False, True, True)
