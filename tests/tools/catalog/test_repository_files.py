"""Directories and files: as tools, and as a resource."""

from typing import Any

import pytest

from oauth_bridge.github.simulator import Simulator
from oauth_bridge.github.simulator.work import LONG_LINES
from tests.tools.catalog.caller import EVERYTHING, Caller, tool_of
from tools import reader
from tools.github import http
from tools.resources import NotFound
from tools.results import ToolError

pytestmark = pytest.mark.asyncio

ANCHOR: dict[str, Any] = {"owner": "alice", "repository": "amber-anchor"}


async def test_a_directory_is_listed(alice: Caller) -> None:
    found = await alice.get("list_repository_files", **ANCHOR)
    kinds = {each["path"]: each["kind"] for each in found["entries"]}
    assert kinds["README.md"] == "file"
    assert (kinds["docs"], kinds["latest"], kinds["vendor"]) == ("directory", "link", "submodule")
    assert found["total"] == len(kinds) == 8


async def test_a_directory_below_is_listed_by_its_path(alice: Caller) -> None:
    found = await alice.get("list_repository_files", **ANCHOR, path="docs")
    assert "docs/größe.txt" in [each["path"] for each in found["entries"]]


async def test_a_directory_goes_on_by_pages(alice: Caller) -> None:
    first = await alice.get("list_repository_files", **ANCHOR, limit=5)
    second = await alice.get("list_repository_files", **ANCHOR, limit=5, page=first["next_page"])
    assert (len(first["entries"]), len(second["entries"]), second["has_more"]) == (5, 3, False)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "# amber-anchor"),
        ("docs/a file with spaces & signs?.md", "Found."),
        ("docs/größe.txt", "Umlauts: äöü"),
        ("src/main.py", 'print("hello")'),
        ("empty.txt", ""),
    ],
)
async def test_a_file_is_read_whatever_it_is_called(alice: Caller, path: str, text: str) -> None:
    found = await alice.get("read_repository_file", **ANCHOR, path=path)
    assert text in found["text"]
    assert (found["path"], found["binary"]) == (path, False)
    assert (found["first_line"], found["last_line"]) == (1, found["total_lines"])
    assert "next_line" not in found


@pytest.mark.parametrize(
    ("asked", "first", "last", "following"),
    [
        ({"first_line": 10, "lines": 3}, 10, 12, 13),
        ({"first_line": LONG_LINES}, LONG_LINES, LONG_LINES, 0),
        ({"first_line": LONG_LINES - 1, "lines": 2}, LONG_LINES - 1, LONG_LINES, 0),
        ({}, 1, LONG_LINES, 0),
    ],
)
async def test_lines_are_given_as_asked(alice: Caller, asked: dict[str, int], first: int, last: int, following: int) -> None:
    found = await alice.get("read_repository_file", **ANCHOR, path="src/long.txt", **asked)
    assert found["text"] == "\n".join(f"line {number}" for number in range(first, last + 1))
    assert (found["first_line"], found["last_line"], found.get("next_line", 0)) == (first, last, following)
    assert found["total_lines"] == LONG_LINES


async def test_a_long_file_is_read_in_parts_that_fit_together(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.excerpts.MAX_CHARACTERS", 5000)
    parts, line = [], 1
    while line:
        found = await alice.get("read_repository_file", **ANCHOR, path="src/long.txt", first_line=line)
        assert len(found["text"]) <= 5000
        parts.append(found["text"])
        line = found.get("next_line", 0)
    assert "\n".join(parts) == "\n".join(f"line {number}" for number in range(1, LONG_LINES + 1))


async def test_a_line_without_end_is_cut_and_says_so(alice: Caller) -> None:
    found = await alice.get("read_repository_file", **ANCHOR, path="src/one-line.txt")
    assert (len(found["text"]), found["line_cut"], found["total_lines"]) == (40_000, True, 1)


async def test_a_binary_file_is_told_and_not_sent(alice: Caller) -> None:
    found = await alice.get("read_repository_file", **ANCHOR, path="assets/logo.png")
    assert (found["binary"], found["text"], found["size_bytes"]) == (True, "", 33)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("read_repository_file", {"path": "docs"}, "list_repository_files"),
        ("read_repository_file", {"path": "latest"}, "a link"),
        ("read_repository_file", {"path": "vendor"}, "a submodule"),
        ("read_repository_file", {"path": "assets/large.bin"}, "1500000 bytes, and at most 1000000"),
        ("read_repository_file", {"path": "nothing.md"}, "nothing there"),
        ("read_repository_file", {"path": "README.md", "ref": "no-such-branch"}, "nothing there"),
        ("read_repository_file", {"path": "src/long.txt", "first_line": LONG_LINES + 1}, f"{LONG_LINES} lines only"),
        ("list_repository_files", {"path": "README.md"}, "read_repository_file"),
        ("list_repository_files", {"path": "nothing"}, "nothing there"),
    ],
)
async def test_what_cannot_be_read_says_what_to_do(alice: Caller, name: str, arguments: dict[str, Any], words: str) -> None:
    assert words in await alice.refusal(name, **ANCHOR, **arguments)


@pytest.mark.parametrize("name", ["read_repository_file", "list_repository_files"])
@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../bob",
        "docs/../../..",
        "/etc/passwd",
        "docs/",
        "docs//guide.md",
        "./README.md",
        "a\\b",
        "a\nb",
        "a\x00b",
        "x" * 1025,
    ],
)
async def test_a_path_that_leads_elsewhere_is_never_sent(wide_alice: Caller, name: str, path: str) -> None:
    await wide_alice.refusal(name, **ANCHOR, path=path)
    assert wide_alice.asked == []


@pytest.mark.parametrize("path", ["a%2f..%2fb", "a?ref=evil", "a#b", "%2e%2e/b", "a;b", "a&b=c"])
async def test_a_path_is_quoted_as_a_name(wide_alice: Caller, path: str) -> None:
    """GitHub is asked for exactly that name, which it has not."""
    await wide_alice.refusal("read_repository_file", **ANCHOR, path=path)
    (request,) = wide_alice.upstream.requests
    assert request.path.endswith(f"/repos/alice/amber-anchor/contents/{path}")
    assert request.query == ""


# --- The resource ---


async def test_the_resource_is_switched_with_the_tool_that_does_the_same() -> None:
    resource = EVERYTHING.template("github://repo/{owner}/{repo}/{+path}")
    assert resource is not None
    assert resource.set == tool_of("read_repository_file").set


async def read(caller: Caller, uri: str) -> list[dict[str, Any]]:
    found = EVERYTHING.resource(uri)
    assert found is not None
    return await reader.read(found[0], uri, found[1], caller.context)


@pytest.mark.parametrize(
    ("path", "mime_type"),
    [("README.md", "text/markdown"), ("docs/gr%C3%B6%C3%9Fe.txt", "text/plain"), ("src/main.py", "text/plain")],
)
async def test_a_file_is_a_resource(alice: Caller, path: str, mime_type: str) -> None:
    uri = f"github://repo/alice/amber-anchor/{path}"
    (contents,) = await read(alice, uri)
    assert (contents["uri"], contents["mimeType"]) == (uri, mime_type)
    assert contents["text"]


async def test_a_binary_resource_is_bytes(alice: Caller) -> None:
    (contents,) = await read(alice, "github://repo/alice/amber-anchor/assets/logo.png")
    assert (contents["mimeType"], contents["blob"][:6]) == ("image/png", "iVBORw")


@pytest.mark.parametrize("place", ["alice/amber-ferry/README.md", "alice/nothing/README.md", "alice/amber-anchor/no", "-/x/y"])
async def test_what_is_private_or_missing_is_no_resource(upstream: Simulator, place: str) -> None:
    narrow = Caller(upstream, "alice", credential_scope="read:user repo")
    with pytest.raises(NotFound):
        await read(narrow, f"github://repo/{place}")


async def test_a_private_file_opens_with_repo(wide_alice: Caller) -> None:
    assert (await read(wide_alice, "github://repo/alice/amber-ferry/README.md"))[0]["text"]


async def test_a_large_resource_points_to_the_tool(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.catalog.repository_file.MAX_BYTES", 10)
    with pytest.raises(ToolError, match="read_repository_file"):
        await read(alice, "github://repo/alice/amber-anchor/README.md")


async def suggested(caller: Caller, variable: str, value: str, **chosen: str) -> tuple[str, ...]:
    resource = EVERYTHING.template("github://repo/{owner}/{repo}/{+path}")
    assert resource is not None
    return (await reader.complete(resource, resource.completers[variable], value, chosen, caller.context)).values


@pytest.mark.parametrize(
    ("variable", "value", "chosen", "expected"),
    [
        ("owner", "", {}, ("alice", "bob")),
        ("owner", "B", {}, ("bob",)),
        ("repo", "amber-b", {"owner": "bob"}, ("amber-beacon",)),
        ("repo", "amber-f", {"owner": "alice"}, ()),
        ("repo", "x", {}, ()),
        ("path", "", {"owner": "mallory", "repo": "alice"}, None),
        ("path", "docs/g", {"owner": "alice", "repo": "amber-anchor"}, ("docs/größe.txt", "docs/guide.md")),
        ("path", "do", {"owner": "alice", "repo": "amber-anchor"}, ("docs/",)),
        ("path", "no/such/thing", {"owner": "alice", "repo": "amber-anchor"}, ()),
        ("path", "..", {"owner": "alice", "repo": "amber-anchor"}, ()),
        ("path", "", {"owner": "alice", "repo": "amber-ferry"}, ()),
        ("path", "", {}, ()),
    ],
)
async def test_completion_offers_what_the_session_may_see(
    upstream: Simulator, variable: str, value: str, chosen: dict[str, str], expected: tuple[str, ...] | None
) -> None:
    narrow = Caller(upstream, "alice", credential_scope="read:user repo")
    found = await suggested(narrow, variable, value, **chosen)
    assert set(found) == set(expected) if expected is not None else len(found) == 8


async def test_completion_with_repo_offers_private_ones(wide_alice: Caller) -> None:
    assert await suggested(wide_alice, "repo", "amber-f", owner="alice") == ("amber-ferry",)


async def test_completion_is_silent_when_github_is_not_well(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "RETRY_PAUSES_MS", ())
    alice.upstream.fault("/api/v3/", "status", status=500, times=None)
    assert await suggested(alice, "owner", "") == ("alice",)
    assert await suggested(alice, "path", "", owner="alice", repo="amber-anchor") == ()
