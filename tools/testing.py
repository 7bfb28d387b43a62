"""A pytest plugin for tests of tools: a signed-in caller, without a server.

    pytest_plugins = ["tools.testing"]            # in a conftest.py

    async def test_it_adds(caller: Caller) -> None:
        result = await caller.call(add, a=1, b=2)
        assert result.structured == {"sum": 3}

The call goes through the runner: arguments, scopes, limits, size and output schema are judged as in a server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tools import runner
from tools.context import Person, ToolContext
from tools.link import InputRequest, LogLevel, Unlinked
from tools.registry import Tool
from tools.results import ToolResult

PERSON = Person(github_id=1001, login="alice")


@dataclass(kw_only=True)
class Caller:
    """Who calls, and what their client was told. Change what a test needs: ``caller.scopes = frozenset({"repo"})``.

    ``answers`` are the results of the questions that the tool asks, in order; for a form
    ``{"action": "accept", "content": {"sure": True}}``.
    """

    person: Person = PERSON
    scopes: frozenset[str] = frozenset({"read:user", "user:email"})
    github_token: str = "gho_of-a-test"  # noqa: S105  nobody's
    answers: list[dict[str, Any]] = field(default_factory=list)
    capabilities: Mapping[str, Any] = field(default_factory=lambda: {"elicitation": {"form": {}, "url": {}}})
    progress: list[tuple[float, float | None, str | None]] = field(default_factory=list)
    logs: list[tuple[LogLevel, Any]] = field(default_factory=list)
    questions: list[InputRequest] = field(default_factory=list)

    async def call(self, tool: Tool, **arguments: Any) -> ToolResult:
        """Return what a call of the tool with these arguments gives."""
        return await runner.run(tool, arguments, self.context())

    def context(self) -> ToolContext:
        """Return the context of one call."""

        async def github_token() -> str:
            return self.github_token

        return ToolContext(
            person=self.person,
            client_name="Test Client",
            scopes=self.scopes,
            github_token=github_token,
            request_id="req-test",
            client_id="test-client",
            session_id="test-session",
            link=_TestLink(self),
        )


class _TestLink(Unlinked):
    """The way to a client that keeps what it is told, and answers as the test says."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.capabilities = caller.capabilities

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        self._caller.progress.append((done, total, message))

    async def log(self, level: LogLevel, data: Any, logger: str | None) -> None:  # noqa: ARG002  as every link is called
        self._caller.logs.append((level, data))

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        self._caller.questions.extend(requests.values())
        return {key: self._caller.answers.pop(0) for key in requests}


@pytest.fixture
def caller() -> Caller:
    """Return Alice's client, with the scopes that every sign-in gives."""
    return Caller()
