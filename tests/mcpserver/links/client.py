"""A client at the other end of a link: it answers from a list, and keeps what it was sent."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mcpserver.dispatch.call import Call
from mcpserver.outgoing import ClientError
from mcpserver.protocol import versions
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.steps import CallTool
from mcpserver.protocol.versions import Revision
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE
from tests.mcpserver.protocol.samples import SERVER

EVERYTHING: dict[str, Any] = {"elicitation": {"form": {}, "url": {}}, "sampling": {"tools": {}}, "roots": {}}
BOB = replace(ALICE, github_id=1002, login="bob", person_id=2)


@dataclass
class Client:
    """An ``Outgoing``. ``answers`` are results or errors of its requests, in turn."""

    answers: Sequence[dict[str, Any] | ClientError] = ()
    takes_notifications: bool = True
    takes_requests: bool = True
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def notify(self, method: str, params: Mapping[str, Any]) -> None:
        self.sent.append((method, dict(params)))
        self.told.set()

    async def request(self, method: str, params: Mapping[str, Any], *, timeout_seconds: float) -> dict[str, Any]:
        assert timeout_seconds > 0
        self.sent.append((method, dict(params)))
        answer = self.answers[len(self.sent) - 1]
        if isinstance(answer, ClientError):
            raise answer
        return answer

    async def stream(self) -> Any:
        raise AssertionError("no link opens a stream of its own")

    async def release(self) -> None:
        raise AssertionError("no link lets go of the connection")


def revision(name: str) -> Revision:
    found = versions.by_name(name, (*versions.REVISIONS, *versions.SSE_REVISIONS))
    assert found is not None
    return found


def call_of(client: Client, principal: Principal = ALICE) -> Call:
    return Call(principal, SERVER, client)


def step(revision_name: str, asked: Asked, *, name: str = "a_tool", arguments: Mapping[str, Any] | None = None) -> CallTool:
    return CallTool(1, revision(revision_name), name, dict(arguments or {}), None, asked)
