"""People with known rights, and a GitHub at the network's edge."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tools.context import Person, ToolContext

Handler = Callable[[httpx2.Request], httpx2.Response | Awaitable[httpx2.Response]]

ALICE = Person(github_id=1001, login="alice")
BOB = Person(github_id=1002, login="bob")
TOKENS = {ALICE: "gho_alices-own-token", BOB: "gho_bobs-own-token"}

BASE_SCOPES = frozenset({"read:user", "user:email"})


def context_of(person: Person = ALICE, *, scopes: frozenset[str] = BASE_SCOPES, **options: Any) -> ToolContext:
    async def github_token() -> str:
        return TOKENS[person]

    return ToolContext(
        person=person,
        client_name="Test Client",
        scopes=scopes,
        github_token=github_token,
        request_id="req-test",
        **options,
    )


def account_of(person: Person, **changes: Any) -> dict[str, Any]:
    return {
        "id": person.github_id,
        "login": person.login,
        "name": person.login.title(),
        "email": None,
        "avatar_url": f"https://avatars.example/{person.github_id}",
        "html_url": f"https://github.com/{person.login}",
        "plan": {"name": "ignored"},
    } | changes


def repository(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "full_name": f"alice/{name}",
        "html_url": f"https://github.com/alice/{name}",
        "description": f"About {name}",
        "private": False,
        "visibility": "public",
        "language": "Python",
        "stargazers_count": 3,
        "forks_count": 1,
        "archived": False,
        "fork": False,
        "default_branch": "main",
        "pushed_at": "2026-11-01T10:00:00Z",
        "topics": ["mcp"],
    } | changes


def json_response(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> httpx2.Response:
    return raw_response(json.dumps(value).encode(), status=status, headers=headers)


def raw_response(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> httpx2.Response:
    # A stream, as the network gives it: not yet read, not yet unpacked.
    return httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))


@dataclass
class FakeGitHub:
    """Answers by path; keeps what it was asked."""

    paths: dict[str, Handler] = field(default_factory=dict)
    requests: list[httpx2.Request] = field(default_factory=list)

    def answer(self, path: str, value: Any, **options: Any) -> None:
        self.paths[path] = lambda _request: json_response(value, **options)

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        response = self.paths[request.url.path](request)
        return response if isinstance(response, httpx2.Response) else await response
