"""The GitHub toolset from the client's side: what is listed, what steps up, what a granted permission opens."""

from typing import Any

import pytest

from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in

PRIVATE: dict[str, Any] = {"owner": "alice", "repository": "amber-ferry"}
FILE = "github://repo/alice/amber-anchor/docs/guide.md"
PRIVATE_FILE = "github://repo/alice/amber-ferry/README.md"


def read(client: OAuthClient, uri: str) -> dict[str, Any]:
    body: dict[str, Any] = client.mcp("resources/read", uri=uri).json()
    return body


def test_a_file_is_found_listed_and_read(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    found = client.call("search_repositories", query="amber-anchor user:alice")["structuredContent"]["repositories"]
    owner, _, repository = found[0]["full_name"].partition("/")
    entries = client.call("list_repository_files", owner=owner, repository=repository, path="docs")["structuredContent"][
        "entries"
    ]
    path = next(each["path"] for each in entries if each["path"].endswith("guide.md"))
    text = client.call("read_repository_file", owner=owner, repository=repository, path=path)["structuredContent"]["text"]
    assert text.startswith("# How to use amber-anchor")
    assert read(client, FILE)["result"]["contents"][0]["text"].startswith(text)


@pytest.mark.parametrize("name", ["get_repository", "list_repository_files"])
def test_a_private_repository_steps_up_and_then_opens(live: Live, name: str) -> None:
    """RFC 6750 §3.1: the challenge names the scope; without ``private`` nothing is told of it."""
    client = signed_in(live.url, live.simulator)
    assert "no public repository" in client.call(name, **PRIVATE)["content"][0]["text"]
    asked = len(live.simulator.requests)
    refused = client.mcp("tools/call", name=name, arguments={**PRIVATE, "private": True})
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    assert "repo" in refused.headers["www-authenticate"]
    assert len(live.simulator.requests) == asked
    wide = signed_in(live.url, live.simulator, scope="read:user repo")
    assert wide.call(name, **PRIVATE, private=True)["structuredContent"]


def test_a_session_without_repo_reads_nothing_private_on_a_wide_credential(live: Live) -> None:
    """The only credential at hand holds ``repo``, from another sign-in of the same person."""
    wide = signed_in(live.url, live.simulator, scope="read:user repo")
    assert read(wide, PRIVATE_FILE)["result"]["contents"][0]["text"]
    narrow = signed_in(live.url, live.simulator, scope="read:user")
    assert "error" in read(narrow, PRIVATE_FILE)
    assert narrow.call("get_repository", **PRIVATE)["isError"]
    assert wide.call("get_repository", **PRIVATE)["structuredContent"]["private"] is True


def test_a_path_is_completed(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    answer = client.mcp(
        "completion/complete",
        ref={"type": "ref/resource", "uri": "github://repo/{owner}/{repo}/{+path}"},
        argument={"name": "path", "value": "docs/gu"},
        context={"arguments": {"owner": "alice", "repo": "amber-anchor"}},
    )
    assert answer.json()["result"]["completion"]["values"] == ["docs/guide.md"]


def test_after_the_persons_token_is_revoked_nothing_kept_is_shown(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    assert client.call("get_repository", owner="alice", repository="amber-anchor")["structuredContent"]
    live.simulator.revoke("alice")
    answer = client.mcp("tools/call", name="get_repository", arguments={"owner": "alice", "repository": "amber-anchor"})
    assert "Configuration" not in answer.text
    assert "sign in again" in answer.text
