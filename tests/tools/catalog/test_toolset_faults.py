"""Every tool that asks GitHub, and all that GitHub may do instead of answering: the words, and the number of requests."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_django import Settings

from oauth_bridge.github.simulator import Simulator
from tests.tools.catalog.caller import Answering, Caller
from tests.tools.catalog.test_toolset import ANCHOR, READING
from tools.github import http

pytestmark = pytest.mark.asyncio


@dataclass(frozen=True)
class Trouble:
    """A fault, what the caller reads of it, and how often GitHub is asked in all."""

    kind: Any
    words: str
    requests: int = 1
    options: dict[str, Any] = field(default_factory=dict)


TROUBLES = {
    "404": Trouble("status", "has nothing there|no public repository", options={"status": 404}),
    "scope": Trouble("scope", "a permission that this sign-in lacks: repo. Disconnect"),
    "sso": Trouble(
        "sso", "Open https://github.test/orgs/acme/sso in a browser", options={"location": "https://github.test/orgs/acme/sso"}
    ),
    "sso elsewhere": Trouble("sso", "Open the organization's page", options={"location": "https://evil.test/orgs/acme/sso"}),
    "429": Trouble("status", "Try again in 42 seconds", options={"status": 429, "retry_after": 42}),
    "secondary, told": Trouble("status", "Try again in 7 seconds", options={"status": 403, "retry_after": 7}),
    "secondary, untold": Trouble("secondary", "Try again in 60 seconds"),
    "invalid JSON": Trouble("invalid_json", "something unexpected"),
    "wrong types": Trouble("wrong_types", "something unexpected"),
    "null": Trouble("null", "something unexpected"),
    "HTML": Trouble("html", "something unexpected"),
    "huge": Trouble("huge", "something unexpected"),
    "redirect": Trouble("redirect", "something unexpected", options={"location": "https://evil.test/"}),
    "410": Trouble("status", "switched that off", options={"status": 410}),
    "422": Trouble("status", "does not accept these values", options={"status": 422}),
    "500": Trouble("status", "a problem of its own (status 500)", options={"status": 500}),
    "502": Trouble("status", "a problem of its own (status 502)", 3, {"status": 502}),
    "503": Trouble("status", "a problem of its own (status 503)", 3, {"status": 503}),
    "504": Trouble("status", "a problem of its own (status 504)", 3, {"status": 504}),
}
CALLS = [(name, arguments, paths) for name, arguments, paths in READING if arguments.get("number") != 4]
each_call = pytest.mark.parametrize(
    ("name", "arguments", "paths"), CALLS, ids=[f"{name}-{len(arguments)}" for name, arguments, _ in CALLS]
)


def says(words: str, expected: str) -> bool:
    return any(each in words for each in expected.split("|"))


@each_call
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_each_fault_has_words_that_say_what_to_do(
    alice: Caller,
    settings: Settings,
    name: str,
    arguments: dict[str, Any],
    paths: list[str],
    trouble: Trouble,
) -> None:
    settings.GITHUB_URL = "https://github.test"
    alice.upstream.fault("/api/v3/", trouble.kind, times=None, **trouble.options)
    words = await alice.refusal(name, **arguments)
    assert says(words, trouble.words)
    assert "evil" not in words
    assert alice.token not in words
    assert len(alice.asked) == trouble.requests
    assert alice.refused == 0


class Patience:
    """Stands for the clock: the time is up when the test says so, and not before."""

    sleep = staticmethod(asyncio.sleep)

    def timeout(self, _seconds: float) -> asyncio.Timeout:
        self.limit = asyncio.timeout(None)
        return self.limit

    async def end_when_asked(self, upstream: Simulator) -> None:
        while not upstream.requests:
            await asyncio.sleep(0)
        self.limit.reschedule(asyncio.get_running_loop().time())


@each_call
async def test_an_answer_that_does_not_come_is_given_up(
    alice: Caller, monkeypatch: pytest.MonkeyPatch, name: str, arguments: dict[str, Any], paths: list[str]
) -> None:
    patience = Patience()
    monkeypatch.setattr(http, "asyncio", patience)
    alice.upstream.fault("/api/v3/", "hang", times=None)
    call = asyncio.create_task(alice.refusal(name, **arguments))
    await patience.end_when_asked(alice.upstream)
    assert "did not answer in time" in await call
    assert len(alice.asked) == 1


@each_call
@pytest.mark.parametrize("kind", ["invalid_json", "scope"])
async def test_a_fault_in_the_last_request_is_told_too(
    wide_alice: Caller, name: str, arguments: dict[str, Any], paths: list[str], kind: Any
) -> None:
    wide_alice.upstream.fault(f"/api/v3{paths[-1]}", kind, times=None)
    words = await wide_alice.refusal(name, **arguments)
    assert says(words, "something unexpected|a permission that this sign-in lacks")
    assert wide_alice.asked == paths


@each_call
@pytest.mark.parametrize("times", [1, 2])
async def test_what_passes_is_not_noticed(
    wide_alice: Caller, name: str, arguments: dict[str, Any], paths: list[str], times: int
) -> None:
    wide_alice.upstream.fault("/api/v3/", "status", status=503, times=times)
    await wide_alice.get(name, **arguments)
    assert wide_alice.asked == [*[paths[0]] * times, *paths]


@each_call
async def test_a_revoked_token_asks_for_a_new_sign_in_and_is_marked(
    alice: Caller, name: str, arguments: dict[str, Any], paths: list[str]
) -> None:
    await alice.get(name, **arguments)
    assert http.etags.held_bytes > 0
    before = len(alice.asked)
    alice.upstream.revoke("alice")
    assert "sign in again" in await alice.refusal(name, **arguments)
    assert len(alice.asked) == before + 1
    assert alice.refused == 1
    assert http.etags.held_bytes == 0


@each_call
async def test_a_used_up_limit_is_told_with_the_wait_and_not_tried_again(
    alice: Caller, name: str, arguments: dict[str, Any], paths: list[str]
) -> None:
    """Who asks on at a limit is shut out for longer."""
    alice.upstream.configure(rate_limit=0)
    for _ in range(3):
        words = await alice.refusal(name, **arguments)
        assert "limit on requests is reached. Try again in" in words
    assert len(alice.asked) == 1


async def test_a_limit_is_one_persons(upstream: Simulator, alice: Caller) -> None:
    upstream.fault("/api/v3/", "status", status=429, retry_after=60)
    await alice.refusal("get_repository", **ANCHOR)
    await Caller(upstream, "bob").get("get_repository", **ANCHOR)
    assert "Try again in" in await alice.refusal("get_github_repos")
    assert len(alice.asked) == 2


async def test_a_slow_answer_within_the_time_is_an_answer(alice: Caller) -> None:
    alice.upstream.fault("/api/v3/", "slow", seconds=0.01)
    assert (await alice.get("get_repository", **ANCHOR))["full_name"] == "alice/amber-anchor"


async def test_an_organization_behind_single_sign_on_sends_to_its_page(upstream: Simulator) -> None:
    upstream.configure(sso_org="acme")
    carol = Caller(upstream, "carol")
    words = await carol.refusal("get_repository", owner="acme", repository="amber-anchor")
    assert f"Open {upstream.url}/orgs/acme/sso?authorization_request=AAAA in a browser" in words


@pytest.mark.parametrize(
    ("name", "arguments", "rows"),
    [("get_github_repos", {"affiliation": ["organization_member"]}, "repositories"), ("list_issues", {}, "issues")],
)
async def test_a_list_says_what_single_sign_on_leaves_out(
    upstream: Simulator, name: str, arguments: dict[str, Any], rows: str
) -> None:
    upstream.configure(sso_org="acme")
    found = await Caller(upstream, "carol").get(name, **arguments)
    assert "single sign-on" in found["note"]
    assert not any("acme/" in str(row) for row in found[rows])


WRITE = {**ANCHOR, "title": "It breaks"}
UNSURE = "did not say whether it was done"
WRITE_TROUBLES = {
    **{key: trouble for key, trouble in TROUBLES.items() if key in ("scope", "429", "secondary, untold", "410", "422")},
    **{
        key: Trouble(trouble.kind, UNSURE, 1, trouble.options)
        for key, trouble in TROUBLES.items()
        if key in ("invalid JSON", "wrong types", "null", "HTML", "huge", "redirect", "500", "502", "503", "504")
    },
}


@pytest.mark.parametrize("trouble", WRITE_TROUBLES.values(), ids=WRITE_TROUBLES)
async def test_a_write_is_sent_once_whatever_happens(wide_alice: Caller, trouble: Trouble) -> None:
    """A second issue is worse than a question."""
    wide_alice.link = Answering({"action": "accept", "content": {"create": True}})
    wide_alice.upstream.fault("/api/v3/", trouble.kind, times=None, **trouble.options)
    assert says(await wide_alice.refusal("create_issue", **WRITE), trouble.words)
    assert [request.method for request in wide_alice.upstream.requests] == ["POST"]


async def test_a_write_without_an_answer_is_left_open(wide_alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    patience = Patience()
    monkeypatch.setattr(http, "asyncio", patience)
    wide_alice.upstream.fault("/api/v3/", "hang", times=None)
    call = asyncio.create_task(wide_alice.refusal("create_issue", **WRITE))
    await patience.end_when_asked(wide_alice.upstream)
    assert UNSURE in await call
    assert [request.method for request in wide_alice.upstream.requests] == ["POST"]
