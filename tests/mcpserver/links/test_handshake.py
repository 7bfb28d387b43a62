"""Questions of the handshake era: requests on the call's stream, only for what the session declared."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import pytest
from pydantic import Field

from mcpserver import links
from mcpserver.links import handshake
from mcpserver.outgoing import ClientError
from mcpserver.protocol.asked import Asked
from tests.mcpserver.links.client import BOB, EVERYTHING, Client, call_of, step
from tests.support import schemas
from tests.tools.cast import context_of
from tools import sampling
from tools.asking import Answer, Root
from tools.context import ToolContext
from tools.forms import Choices, Form
from tools.link import AnswerMalformed, AnswerUnfit, InputRefused

pytestmark = pytest.mark.asyncio


class Pick(Form):
    """A field of each kind that revisions show differently."""

    branch: Annotated[str, Choices(main="The main branch", dev="Development")] = "main"
    labels: Annotated[list[str], Choices(bug="A bug", idea="An idea")] = []
    count: int = Field(3, ge=1, le=9, description="How many")
    sure: bool = False


def context(
    client: Client, capabilities: dict[str, Any] = EVERYTHING, revision: str = "2025-11-25", **asked: Any
) -> ToolContext:
    return context_of(link=links.for_call(step(revision, Asked(capabilities=capabilities, **asked)), call_of(client)))


@pytest.mark.parametrize(
    ("capabilities", "revision", "can"),
    [
        ({}, "2025-11-25", ()),
        ({"elicitation": {}}, "2025-11-25", ("form",)),
        ({"elicitation": {"form": {}}}, "2025-11-25", ("form",)),
        ({"elicitation": {"url": {}}}, "2025-11-25", ("url",)),
        ({"elicitation": {"url": {}}}, "2025-06-18", ()),
        ({"elicitation": {}}, "2025-06-18", ("form",)),
        ({"elicitation": {}}, "2025-03-26", ()),
        ({"elicitation": {}, "sampling": {}, "roots": {"listChanged": True}}, "2024-11-05", ("sampling", "roots")),
        ({"elicitation": True, "sampling": [], "roots": None}, "2025-11-25", ()),
        (EVERYTHING, "2025-11-25", ("form", "url", "sampling", "roots")),
    ],
)
async def test_what_can_be_asked_follows_the_session_and_its_revision(
    capabilities: dict[str, Any], revision: str, can: tuple[str, ...]
) -> None:
    """EL-02: ``elicitation: {}`` means forms alone; revisions before 2025-06-18 have none."""
    seen = context(Client(), capabilities, revision)
    names = {"form": seen.can_ask, "url": seen.can_ask_url, "sampling": seen.can_sample, "roots": seen.can_list_roots}
    assert tuple(name for name, it_can in names.items() if it_can) == can


async def test_nothing_is_sent_that_was_not_declared() -> None:
    client = Client()
    seen = context(client, {"elicitation": {"form": {}}})
    for asking in (seen.ask_url("Open", "https://example.com/x"), seen.sample("Hi", 10), seen.roots()):
        with pytest.raises(InputRefused, match="does not offer"):
            await asking
    assert client.sent == []


async def test_a_client_without_a_stream_cannot_be_asked() -> None:
    seen = context(Client(takes_requests=False))
    assert not seen.can_ask
    with pytest.raises(InputRefused):
        await seen.ask("Which?", Pick)


async def test_a_form_is_shown_whole_where_the_revision_can() -> None:
    client = Client([{"action": "accept", "content": {"branch": "dev", "labels": ["bug"], "count": 2.0, "sure": True}}])
    answer = await context(client).ask("Which?", Pick)
    assert answer == Answer("accept", Pick(branch="dev", labels=["bug"], count=2, sure=True))
    [(method, params)] = client.sent
    assert method == "elicitation/create"
    assert params["requestedSchema"]["properties"]["branch"]["oneOf"][0] == {"const": "main", "title": "The main branch"}
    schemas.validate(params, "2025-11-25", "ElicitRequestFormParams")


async def test_an_older_client_gets_what_it_can_show_and_the_author_does_not_notice() -> None:
    """EL-03: ``enumNames``, defaults for yes and no alone, and no multiple choice in 2025-06-18."""
    client = Client([{"action": "accept", "content": {"branch": "dev", "labels": "bug, idea", "count": 2, "sure": True}}])
    answer = await context(client, {"elicitation": {}}, "2025-06-18").ask("Which?", Pick)
    assert answer.value == Pick(branch="dev", labels=["bug", "idea"], count=2, sure=True)
    properties = client.sent[0][1]["requestedSchema"]["properties"]
    assert properties["branch"] == {
        "title": "Branch",
        "type": "string",
        "enum": ["main", "dev"],
        "enumNames": ["The main branch", "Development"],
    }
    assert properties["labels"]["type"] == "string"
    assert "bug (A bug), idea (An idea)" in properties["labels"]["description"]
    assert "default" not in properties["count"]
    assert properties["sure"]["default"] is False
    schemas.validate({"method": "elicitation/create", "params": client.sent[0][1]}, "2025-06-18", "ElicitRequest")


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_no_is_an_answer(action: str) -> None:
    """EL-04: content beside a no counts for nothing."""
    answer = await context(Client([{"action": action, "content": {"count": 99}}])).ask("Which?", Pick)
    assert (answer.action, answer.value, answer.accepted) == (action, None, False)


@pytest.mark.parametrize(
    ("result", "error", "words"),
    [
        ({"action": "accept", "content": {"count": 10}}, AnswerUnfit, "count"),
        ({"action": "accept", "content": {"branch": "other"}}, AnswerUnfit, "branch"),
        ({"action": "accept", "content": {"labels": ["bug", "x"]}}, AnswerUnfit, "labels"),
        ({"action": "accept", "content": {"sure": "yes"}}, AnswerUnfit, "sure"),
        ({"action": "accept", "content": 12345}, AnswerMalformed, "no object"),
        ({"action": "maybe"}, AnswerMalformed, "neither"),
        ({}, AnswerMalformed, "neither"),
        (ClientError("boom", -32603), InputRefused, "-32603"),
        (ClientError("late"), InputRefused, "in time"),
    ],
)
async def test_what_is_no_answer_is_an_error_of_the_tool(result: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        await context(Client([result])).ask("Which?", Pick)


async def test_a_page_has_an_id_where_the_revision_knows_pages_by_one() -> None:
    """EL-05."""
    client = Client([{"action": "accept"}])
    assert (await context(client).ask_url("Pay", "https://example.com/pay/x")).accepted
    [(_, params)] = client.sent
    assert (params["mode"], params["url"]) == ("url", "https://example.com/pay/x")
    assert len(params["elicitationId"]) >= 32
    schemas.validate(params, "2025-11-25", "ElicitRequestURLParams")


async def test_a_model_is_asked_and_its_answer_read() -> None:
    reply = {"role": "assistant", "model": "m", "content": [{"type": "text", "text": "Pa"}, {"type": "text", "text": "ris"}]}
    client = Client([reply])
    said = await context(client).sample("Capital of France?", 100, system_prompt="Be short", hints=["small"])
    assert (said.text, said.model) == ("Paris", "m")
    assert client.sent == [
        (
            "sampling/createMessage",
            {
                "messages": [{"role": "user", "content": {"type": "text", "text": "Capital of France?"}}],
                "maxTokens": 100,
                "systemPrompt": "Be short",
                "modelPreferences": {"hints": [{"name": "small"}]},
            },
        )
    ]


async def test_an_older_model_gets_one_block_a_message_and_never_tools() -> None:
    """SM-01: tools and lists of blocks are 2025-11-25's."""
    client = Client([{"role": "assistant", "model": "m", "content": {"type": "text", "text": "ok"}}])
    seen = context(client, EVERYTHING, "2024-11-05")
    audio = {"type": "audio", "data": "", "mimeType": "audio/wav"}
    await seen.sample([sampling.said("user", [{"type": "text", "text": "a"}, audio])], 5)
    assert [message["content"] for message in client.sent[0][1]["messages"]] == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "[audio]"},
    ]
    with pytest.raises(InputRefused):
        await seen.sample("Hi", 5, tools=[{"name": "t", "inputSchema": {"type": "object"}}])


async def test_roots_are_listed() -> None:
    roots = await context(Client([{"roots": [{"uri": "file:///a", "name": "A"}, {"uri": "file:///b"}]}])).roots()
    assert roots == (Root("file:///a", "A"), Root("file:///b"))


async def test_what_is_remembered_is_there_for_the_rest_of_the_call() -> None:
    """The author writes one code: in the stateless era another round goes on from there."""
    seen = context(Client())
    before = seen.remembered
    seen.remember({"handle": [1]})
    assert (before, seen.remembered) == (None, {"handle": [1]})
    with pytest.raises(TypeError):
        seen.remember(object())


async def test_what_one_sign_in_leaves_unanswered_has_a_bound() -> None:
    """Each call that waits holds one of the requests that a process may serve; another's sign-in is not held up by it."""
    waiting, go = asyncio.Semaphore(0), asyncio.Event()

    class Thinking(Client):
        async def request(self, method: str, params: Mapping[str, Any], *, timeout_seconds: float) -> dict[str, Any]:
            waiting.release()
            await go.wait()
            return {"action": "cancel"}

    client = Thinking()
    asked = [asyncio.create_task(context(client).ask("Which?", Pick)) for _ in range(handshake.MAX_WAITING)]
    for _ in asked:
        await waiting.acquire()
    with pytest.raises(InputRefused, match="Too many"):
        await context(client).ask("Which?", Pick)
    other = Client([{"action": "cancel"}])
    bobs = call_of(other, replace(BOB, session_id="session-of-bob"))
    link = links.for_call(step("2025-11-25", Asked(capabilities=EVERYTHING)), bobs)
    assert (await context_of(link=link).ask("Which?", Pick)).action == "cancel"
    go.set()
    assert {answer.action for answer in await asyncio.gather(*asked)} == {"cancel"}
    assert (await context(client).ask("Which?", Pick)).action == "cancel"
    assert not handshake._waiting
