"""A signed-in person who calls tools against the simulator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oauth_bridge.github.simulator import Simulator
from tools import offer, runner
from tools.context import Person, ToolContext
from tools.link import UNLINKED, InputRequest, Link, Unlinked
from tools.registry import Tool
from tools.results import ToolResult

MODULES = (
    "get_user_info get_github_repos get_repository search_repositories list_repository_files read_repository_file list_issues "
    "get_issue create_issue list_pull_requests get_pull_request repository_file github_prompts"
).split()
EVERYTHING = offer.catalog_of(f"tools.catalog.{module}" for module in MODULES)

BASE = frozenset({"read:user"})


class Answering(Unlinked):
    """A client that shows forms to its person, who answers as the test says."""

    capabilities: Mapping[str, Any] = {"elicitation": {"form": {}}}

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.answer = answer
        self.asked: list[InputRequest] = []
        self.remembered: Any = None

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        self.asked += requests.values()
        return dict.fromkeys(requests, self.answer)

    def remember(self, value: Any) -> None:
        self.remembered = value


@dataclass
class Caller:
    """Calls tools as one person. ``credential_scope``: of the credential at GitHub, which may hold more than ``scopes``."""

    upstream: Simulator
    login: str
    scopes: frozenset[str] = BASE
    credential_scope: str = ""
    link: Link = UNLINKED
    refused: int = 0
    token: str = field(init=False)

    def __post_init__(self) -> None:
        scope = self.credential_scope or " ".join(sorted(self.scopes))
        self.token = self.upstream.access_token(self.login, scope=scope)

    @property
    def context(self) -> ToolContext:
        """Return the surroundings of a new call."""

        async def github_token() -> str:
            return self.token

        async def token_refused() -> None:
            self.refused += 1

        return ToolContext(
            person=Person(self.upstream.state.people.get(self.login).id, self.login),
            client_name="Test Client",
            scopes=self.scopes,
            github_token=github_token,
            github_token_refused=token_refused,
            link=self.link,
        )

    async def call(self, name: str, **arguments: Any) -> ToolResult:
        """Return the whole result of a call."""
        return await runner.run(tool_of(name), arguments, self.context)

    async def get(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Return the structured content of a call that works."""
        result = await self.call(name, **arguments)
        assert not result.is_error, result.content
        assert result.structured is not None
        return result.structured

    async def refusal(self, name: str, **arguments: Any) -> str:
        """Return the words of a call that does not work."""
        result = await self.call(name, **arguments)
        assert result.is_error
        assert result.structured is None
        return str(result.content[0]["text"])

    @property
    def asked(self) -> list[str]:
        """Return the paths that GitHub was asked for, below the API's root."""
        return [request.path.removeprefix("/api/v3") for request in self.upstream.requests]


def tool_of(name: str) -> Tool:
    """Return a tool by its name, whether it is offered by default or not."""
    found = EVERYTHING.get(name)
    assert found is not None
    return found
