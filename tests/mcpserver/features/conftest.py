"""A catalog with one of everything, behind the real endpoint; who is calling is given."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from mcpserver import identity
from mcpserver.consumers import McpConsumer
from mcpserver.dispatch import completion, listing, prompts, resources
from mcpserver.edge.types import App
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import message
from tests.mcpserver.protocol.samples import MODERN, handshake_headers, modern_headers, modern_request, pairs, request
from tests.support.asgi_call import Answer, call
from tools import content
from tools.content import Annotations
from tools.context import Person, ToolContext
from tools.prompts import Message, assistant, prompt, user
from tools.registry import Catalog
from tools.resources import Contents, NotFound, resource
from tools.results import ToolError
from wire import strict_json


@resource("notes://welcome", title="Welcome", annotations=Annotations(priority=1), ttl_ms=60_000)
async def welcome(context: ToolContext) -> str:
    """Say welcome."""
    return f"Welcome, {context.person.login}."


@resource("notes://album", title="Album")
def album(context: ToolContext) -> list[Contents]:
    """Hold a text and a picture."""
    return [Contents("A picture:"), Contents(b"hi", "notes://album/1", "image/png")]


@resource("notes://broken", title="Broken")
async def broken(context: ToolContext) -> str:
    """Fail through a bug."""
    raise RuntimeError("the secret inside")


@resource("notes://busy", title="Busy")
async def busy(context: ToolContext) -> str:
    """Fail for a reason."""
    raise ToolError("The library is closed. Try again tomorrow.")


@resource("notes://hidden", title="Hidden", scopes={"repo"})
async def hidden(context: ToolContext) -> str:
    """Need a scope that Alice has not granted."""
    raise AssertionError("it ran")


def _is_own(person: Person, variables: Mapping[str, str]) -> bool:
    return variables["owner"] == person.login


@resource("notes://{owner}/by/{name}", title="Note", scopes={"read:user"}, readable_by=_is_own, subscribable=True)
async def note(owner: str, name: str, context: ToolContext) -> str:
    """Hold a note of one's own."""
    if name == "lost":
        raise NotFound
    return f"{name} of {owner}"


@note.listed
async def _notes(context: ToolContext) -> list[dict[str, str]]:
    return [{"owner": context.person.login, "name": "to do"}]


@note.complete("name")
async def _names(value: str, chosen: Mapping[str, str], context: ToolContext) -> list[str]:
    return [f"{chosen.get('owner', '?')}-{value}-{number}" for number in range(150)]


class Arguments(BaseModel):
    topic: str = Field(description="What about")
    tone: Literal["kind", "frank"] = Field("kind", description="How to say it")


@prompt(title="Review")
async def review(arguments: Arguments, context: ToolContext) -> list[Message]:
    """Review a topic."""
    return [
        user(f"Review {arguments.topic}."),
        assistant("Gladly."),
        user(content.image(b"hi")),
        user(content.audio(b"hi")),
        user(content.embedded("notes://welcome", "hi", "text/plain")),
        user(content.link("notes://welcome", "welcome")),
    ]


@review.complete("topic")
def _topics(value: str, _chosen: Mapping[str, str], context: ToolContext) -> list[str]:
    return [topic for topic in ("code", "colour") if topic.startswith(value)]


@prompt(title="Hidden", scopes={"repo"})
async def hidden_prompt(context: ToolContext) -> str:
    """Need a scope that Alice has not granted."""
    raise AssertionError("it ran")


CATALOG = Catalog((), (welcome, album, broken, busy, hidden, note), (review, hidden_prompt))


class Client:
    """Asks in the words of one revision."""

    def __init__(self, app: App, version: str) -> None:
        self._app, self.version = app, version

    async def post(self, method: str, params: Mapping[str, Any] | None = None) -> Answer:
        given = dict(params or {})
        if self.version == MODERN:
            named = given.get("uri") if method == "resources/read" else given.get("name")
            headers = modern_headers(method, named if isinstance(named, str) else None)
            body = modern_request(method, given)
        else:
            headers, body = handshake_headers(self.version), request(method, given)
        return await call(self._app, "POST", "/mcp", headers=pairs(headers), body=[strict_json.dumps(body)])

    async def post_batch(self, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> Answer:
        body = [request(method, dict(params), id=number) for number, (method, params) in enumerate(entries)]
        headers = pairs(handshake_headers(self.version))
        return await call(self._app, "POST", "/mcp", headers=headers, body=[strict_json.dumps(body)])

    async def result(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.post(method, params)
        assert answer.status == 200
        result: dict[str, Any] = message(answer)["result"]
        return result

    async def error(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.post(method, params)
        assert answer.status == 200
        error: dict[str, Any] = message(answer)["error"]
        return error


@pytest.fixture
def app(alice: Principal, monkeypatch: pytest.MonkeyPatch) -> App:
    """Return the endpoint with the catalog of this file."""
    for module in (identity, listing, resources, prompts, completion):
        monkeypatch.setattr(module, "CATALOG", CATALOG)
    return McpConsumer.as_asgi()


@pytest.fixture(params=["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"])
def client(app: App, request: pytest.FixtureRequest) -> Client:
    """Return Alice's client, once for each revision."""
    return Client(app, request.param)


@pytest.fixture
def modern(app: App) -> Client:
    """Return Alice's client of the newest revision."""
    return Client(app, MODERN)
