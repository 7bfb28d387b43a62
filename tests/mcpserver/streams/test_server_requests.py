"""Answers to the server's requests that are posted to another process than the one that waits."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import OperationalError

from mcpserver.outgoing import ClientError
from mcpserver.protocol.jsonrpc import Response
from mcpserver.streams import bus, server_requests

pytestmark = pytest.mark.asyncio

KEY = "the-session"
Notes = list[Mapping[str, Any]]


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    """Return what is published, instead of it."""
    found: Notes = []

    async def publish(_kind: str, _target: str, payload: Mapping[str, Any]) -> None:
        found.append(payload)

    monkeypatch.setattr(bus, "publish", publish)
    monkeypatch.setattr(server_requests, "_published", {})
    return found


def answer(request_id: str, **content: Any) -> Response:
    return Response(request_id, is_error=False, content=content)


async def test_an_answer_is_sent_on_once(notes: Notes) -> None:
    """Each costs every process a note, and the first one counts."""
    request_id = server_requests._new_id(KEY)
    for number in range(3):
        await server_requests.deliver(KEY, answer(request_id, number=number))
    await server_requests.deliver(KEY, answer(server_requests._new_id(KEY)))
    assert [note["id"] for note in notes].count(request_id) == 1
    assert len(notes) == 2


async def test_what_is_remembered_of_answers_is_bounded(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_requests, "MAX_PUBLISHED", 2)
    for _ in range(4):
        await server_requests.deliver(KEY, answer(server_requests._new_id(KEY)))
    assert len(server_requests._published) == 2
    assert len(notes) == 4


async def test_an_answer_that_could_not_be_sent_on_may_be_posted_again(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = server_requests._new_id(KEY)

    async def fails(*_: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(bus, "publish", fails)
        with pytest.raises(OperationalError):
            await server_requests.deliver(KEY, answer(request_id))
    await server_requests.deliver(KEY, answer(request_id))
    assert [note["id"] for note in notes] == [request_id]


async def test_a_note_of_an_answer_is_not_large(notes: Notes) -> None:
    await server_requests.deliver(KEY, answer(server_requests._new_id(KEY), text="x" * 900_000))
    assert len(notes[0]["sealed"]) < 1_000


async def test_whoever_waits_for_an_answer_that_is_too_large_hears_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def listen() -> None:
        """Nobody else is there."""

    async def write(_: bytes) -> None:
        (request_id,) = server_requests._waiting
        await server_requests.deliver(KEY, answer(request_id, text="x" * 900_000))

    monkeypatch.setattr(server_requests, "_listen", listen)
    with pytest.raises(ClientError, match="too large"):
        await server_requests.ask(KEY, "roots/list", {}, timeout_seconds=60, write=write)
