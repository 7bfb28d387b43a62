"""The answer to a POST that has become a stream: ended whole from elsewhere, and counted."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mcpserver.consumers import caps, post
from mcpserver.consumers.post import PostOutgoing
from mcpserver.edge.config import EdgeConfig
from mcpserver.protocol.errors import TooManyRequests
from mcpserver.streams.hub import Ending, Hub
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE
from tests.mcpserver.protocol.samples import modern_headers, modern_request, plan
from tests.mcpserver.streams.reader import Client

ACCEPT = "application/json, text/event-stream"
CALL = plan(modern_headers("tools/call", "greet"), modern_request("tools/call", {"name": "greet", "arguments": {}}))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    found = Hub()

    async def nobody_is_asked() -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(found, "_check_rights", nobody_is_asked)
    monkeypatch.setattr(post, "hub", found)
    return found


def outgoing(client: Client, principal: Principal = ALICE) -> PostOutgoing:
    return PostOutgoing(
        client.receive, client.send, principal=principal, session=None, accept="application/json, text/event-stream"
    )


async def works(answer: PostOutgoing, told: asyncio.Event) -> None:
    answer.begin(CALL)
    try:
        await answer.notify("notifications/progress", {})
        told.set()
        await asyncio.Event().wait()
    finally:
        await answer.stop()


@pytest.mark.asyncio
async def test_who_loses_the_right_gets_an_answer_that_ends(hub: Hub) -> None:
    """The server would take an answer without an end for a fault, and break the connection."""
    client, told = Client(), asyncio.Event()
    answer = outgoing(client)
    working = asyncio.create_task(works(answer, told))
    await told.wait()
    hub._end(await answer.stream(), Ending.RIGHTS)
    with pytest.raises(asyncio.CancelledError):
        await working
    assert client.is_complete


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(caps, "MAX_PER_SIGN_IN", 2)
    monkeypatch.setattr(caps, "MAX_PER_PERSON", 3)
    yield
    assert not caps._running, "somebody is counted for ever"


@pytest.mark.asyncio
@pytest.mark.usefixtures("few")
async def test_a_sign_in_and_a_person_have_so_many_requests_under_way() -> None:
    other_sign_in = replace(ALICE, session_id="another")
    bob = replace(ALICE, session_id="his", person_id=ALICE.person_id + 1)
    running = []

    def begun(principal: Principal) -> None:
        answer = outgoing(Client(), principal)
        answer.begin(CALL)
        running.append(answer)

    begun(ALICE)
    begun(ALICE)
    refused = outgoing(Client())
    with pytest.raises(TooManyRequests) as raised:
        refused.begin(CALL)
    await refused.stop()
    assert raised.value.status == 429
    begun(other_sign_in)
    with pytest.raises(TooManyRequests):
        begun(other_sign_in)
    begun(bob)
    await running.pop(0).stop()
    begun(ALICE)
    for answer in running:
        await answer.stop()


def test_one_person_has_a_quarter_of_the_places_at_most() -> None:
    """Two sign-ins of one person must not shut everybody else out."""
    assert caps.MAX_PER_SIGN_IN < caps.MAX_PER_PERSON <= EdgeConfig(public_url="http://localhost").max_mcp_requests // 4
