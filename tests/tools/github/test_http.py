import asyncio
import gzip
import logging
import time
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from pytest_django import Settings

from tests.tools.cast import FakeGitHub, json_response, raw_response
from tools.github import bodies, errors, http, paths

pytestmark = pytest.mark.asyncio

TOKEN = "gho_0123456789abcdef"


CALLER = http.Caller(1001, TOKEN)


async def get(path: paths.Path = paths.USER, **params: int | str) -> http.Answer:
    return await http.get(path, caller=CALLER, params=params)


def sequence(*steps: httpx2.Response | Exception) -> Callable[[httpx2.Request], httpx2.Response]:
    """Return a handler that takes one step a request."""
    left = list(steps)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        step = left.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    return answer


async def test_the_request_is_what_github_asks_for(github: FakeGitHub) -> None:
    github.answer("/user/repos", [])
    assert await get(paths.OWN_REPOSITORIES, per_page=5, sort="pushed") == http.Answer([], has_next=False)
    (request,) = github.requests
    assert request.method == "GET"
    assert str(request.url) == "https://api.github.test/user/repos?per_page=5&sort=pushed"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["accept"] == "application/vnd.github+json"
    assert request.headers["x-github-api-version"] == "2022-11-28"
    assert request.headers["user-agent"] == "Gatehouse"


@pytest.mark.parametrize("base", ["https://ghe.test/api/v3", "https://ghe.test/api/v3/"])
async def test_an_enterprise_server_is_asked_under_its_own_root(github: FakeGitHub, settings: Settings, base: str) -> None:
    settings.GITHUB_API_URL = base
    github.answer("/api/v3/user", {})
    await get()
    assert github.requests[0].url.host == "ghe.test"


@pytest.mark.parametrize(
    ("link", "has_next"),
    [
        ('<https://api.github.test/user/repos?page=2>; rel="next", <https://x.test/?page=9>; rel="last"', True),
        ('<https://api.github.test/user/repos?page=1>; rel="prev"', False),
        ("", False),
        ("rubbish; rel", False),
        ("<" * 1000, False),
    ],
)
async def test_a_next_page_is_known_by_its_link(github: FakeGitHub, link: str, has_next: bool) -> None:
    """RFC 8288 §3."""
    github.answer("/user/repos", [], headers={"link": link})
    assert (await get(paths.OWN_REPOSITORIES)).has_next is has_next


@pytest.mark.parametrize(
    "first", [httpx2.ConnectError("x"), httpx2.ReadError("x"), httpx2.RemoteProtocolError("x"), 502, 503, 504]
)
@pytest.mark.parametrize("times", [1, 2])
async def test_a_passing_fault_is_tried_again(github: FakeGitHub, first: Exception | int, times: int) -> None:
    steps = [raw_response(b"", status=first) if isinstance(first, int) else first for _ in range(times)]
    github.paths["/user"] = sequence(*steps, json_response({"id": 1}))
    assert (await get()).value == {"id": 1}
    assert len(github.requests) == times + 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda: httpx2.ConnectError("x"), errors.Unreachable),
        (lambda: raw_response(b"", status=503), errors.PassingServerFault),
    ],
)
async def test_never_a_fourth_time(github: FakeGitHub, fault: Callable[[], Any], kind: type[Exception]) -> None:
    github.paths["/user"] = sequence(fault(), fault(), fault(), json_response({}))
    with pytest.raises(kind):
        await get()
    assert len(github.requests) == 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (raw_response(b"", status=500), errors.ServerFault),
        (raw_response(b"", status=429), errors.Limited),
        (raw_response(b"", status=401), errors.TokenRefused),
        (raw_response(b"", status=301, headers={"location": "https://elsewhere.test/user"}), errors.Moved),
        (raw_response(b"", status=302, headers={"location": "https://elsewhere.test/user"}), errors.Unexpected),
        (httpx2.ReadTimeout("x"), errors.TooSlow),
        (httpx2.ConnectTimeout("x"), errors.TooSlow),
        (raw_response(b"<html>", headers={"content-type": "text/html"}), errors.Unexpected),
    ],
)
async def test_what_will_not_pass_is_asked_once(github: FakeGitHub, fault: Any, kind: type[Exception]) -> None:
    github.paths["/user"] = sequence(fault)
    with pytest.raises(kind):
        await get()
    assert [request.url.host for request in github.requests] == ["api.github.test"]


PRIMARY = {"x-ratelimit-remaining": "0"}


@pytest.mark.parametrize(
    ("limited", "headers", "asked", "is_sent"),
    [
        (paths.USER, PRIMARY, paths.EMAILS, False),
        (paths.USER, PRIMARY, paths.SEARCH_REPOSITORIES, True),
        (paths.SEARCH_REPOSITORIES, PRIMARY, paths.USER, True),
        (paths.SEARCH_REPOSITORIES, PRIMARY, paths.SEARCH_REPOSITORIES, False),
        (paths.USER, {"retry-after": "60"}, paths.SEARCH_REPOSITORIES, False),
        (paths.SEARCH_REPOSITORIES, {"retry-after": "60"}, paths.USER, False),
    ],
)
async def test_a_primary_limit_is_of_its_kind_and_a_secondary_one_of_everything(
    github: FakeGitHub, limited: paths.Path, headers: dict[str, str], asked: paths.Path, is_sent: bool
) -> None:
    """GitHub: Rate limits for the REST API. Who asks on at a limit is shut out for longer."""
    reset = {"x-ratelimit-reset": str(int(time.time()) + 3600)}
    for path in (paths.USER, paths.EMAILS, paths.SEARCH_REPOSITORIES):
        github.answer(path.text, {})
    github.answer(limited.text, {}, status=403, headers={**reset, **headers})
    with pytest.raises(errors.Limited):
        await get(limited)
    if is_sent:
        await get(asked)
    else:
        with pytest.raises(errors.Limited):
            await get(asked)
    assert len(github.requests) == 1 + is_sent


async def test_a_github_that_never_answers_is_given_up(github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.01)

    async def never(_request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    github.paths["/user"] = never
    with pytest.raises(errors.TooSlow):
        await get()


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"{", b'{"id": NaN}', b'"\xff"', "{}".encode("utf-16"), b"[" * 5000, b'"' + b"x" * bodies.MAX_BYTES],
)
async def test_a_body_that_is_not_plain_json_is_unexpected(github: FakeGitHub, body: bytes) -> None:
    github.paths["/user"] = lambda _request: raw_response(body)
    with pytest.raises(errors.Unexpected):
        await get()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_reading_stops_where_the_bound_is_passed(github: FakeGitHub, encoding: str) -> None:
    """Not when the whole of it has been read: GitHub's answer may have no end."""
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        packer = zlib.compressobj(level=0, wbits=zlib.MAX_WBITS | 16)
        while given < 20:
            given += 1
            chunk = b" " * (bodies.MAX_BYTES // 4)
            yield packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH) if encoding == "gzip" else chunk

    github.paths["/user"] = lambda _request: httpx2.Response(200, headers={"content-encoding": encoding}, content=endless())
    with pytest.raises(errors.Unexpected):
        await get()
    assert given == 5


async def test_a_packed_answer_is_unpacked(github: FakeGitHub) -> None:
    packed = gzip.compress(b'{"id": 12345678901234567890}')
    github.paths["/user"] = lambda _request: raw_response(packed, headers={"content-encoding": "gzip"})
    assert (await get()).value == {"id": 12345678901234567890}


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b" " * 50_000_000), "gzip"),
        (gzip.compress(b'{"id": 1}')[:-12], "gzip"),
        (b"not gzip", "gzip"),
        (zlib.compress(b"{}"), "deflate"),
        (b"{}", "br"),
    ],
    ids=["bomb", "cut", "not packed", "another", "not asked for"],
)
async def test_a_packed_answer_that_is_wrong_is_unexpected(github: FakeGitHub, body: bytes, encoding: str) -> None:
    github.paths["/user"] = lambda _request: raw_response(body, headers={"content-encoding": encoding})
    with pytest.raises(errors.Unexpected):
        await get()


@pytest.mark.parametrize("token", ["", "with space", "line\r\nX-Evil: 1", "ünïcode", "\x00", "x" * 513])
async def test_a_token_that_no_header_can_carry_is_refused_unsent(github: FakeGitHub, token: str) -> None:
    with pytest.raises(errors.TokenRefused) as caught:
        await http.get(paths.USER, caller=http.Caller(1001, token), params={})
    assert github.requests == []
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    "fault",
    [
        httpx2.ConnectError(f"Bearer {TOKEN}"),
        httpx2.ReadTimeout(f"Bearer {TOKEN}"),
        raw_response(b"", status=401),
        raw_response(TOKEN.encode(), status=500),
        raw_response(TOKEN.encode()),
        raw_response(TOKEN.encode(), headers={"content-encoding": "gzip"}),
    ],
)
async def test_the_token_is_in_no_error_and_no_log(github: FakeGitHub, fault: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    github.paths["/user"] = sequence(fault, fault, fault) if isinstance(fault, Exception) else sequence(fault)
    with pytest.raises(errors.GitHubError) as caught:
        await get()
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert TOKEN not in caplog.text
