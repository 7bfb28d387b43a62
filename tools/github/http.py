"""One request to GitHub: bounded in tries, time and size, and either a JSON value or a worded error."""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
from django.conf import settings

from tools.github import bodies, errors, pool, refusals
from tools.github.etags import ETags, Holder, Kept
from tools.github.paths import Path
from tools.github.pauses import EVERYTHING, Pauses
from wire import strict_json

# Below a tool's own limit, so that "GitHub did not answer in time" is heard rather than "the tool took too long".
TOTAL_SECONDS = 9.0
# Before the second and the third try. Spread, so that those of many callers do not meet.
RETRY_PAUSES_MS = (range(100, 500), range(500, 1500))
# What is read of a refusal, to tell one from another.
REFUSAL_BYTES = 20_000

# What GitHub's tokens are made of. Anything else would end up in an error message of the HTTP library.
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")

Params = Mapping[str, int | str]

etags = ETags()
pauses = Pauses()


@dataclass(frozen=True, slots=True)
class Caller:
    """In whose name GitHub is asked: the account's number, and its token."""

    github_id: int
    token: str = field(repr=False)

    @property
    def holder(self) -> Holder:
        """Return whose answers and pauses these are."""
        return Holder(self.github_id, hashlib.sha256(self.token.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed body, not yet judged; whether the ``Link`` header names a next page; whether single sign-on hides a part."""

    value: Any
    has_next: bool
    is_partial: bool = False


async def get(path: Path, *, caller: Caller, params: Params) -> Answer:
    """Return GitHub's answer to ``path``, after at most three tries.

    Raises:
        errors.GitHubError: refused, limited, slow, unreachable, or not JSON.
    """

    async def tries() -> Answer:
        for pause_ms in RETRY_PAUSES_MS:
            try:
                return await _once("GET", path, caller, params=params)
            except (errors.Unreachable, errors.PassingServerFault):
                await asyncio.sleep(secrets.choice(pause_ms) / 1000)
        return await _once("GET", path, caller, params=params)

    _check(path, caller)
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await tries()
    except (TimeoutError, httpx2.TimeoutException):
        # Without the cause, here and below: it holds the request, and the request holds the token.
        raise errors.TooSlow from None


async def post(path: Path, *, caller: Caller, body: Mapping[str, Any]) -> Answer:
    """Send ``body`` once, and return GitHub's answer.

    Raises:
        errors.WriteUnanswered: nobody knows whether it was done.
        errors.GitHubError: as for ``get``.
    """
    _check(path, caller)
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await _once("POST", path, caller, body=body)
    except (TimeoutError, httpx2.TimeoutException, errors.Unreachable, errors.ServerFault, errors.Unexpected):
        # Not again: it may have been done, and only the answer got lost.
        raise errors.WriteUnanswered from None


def _check(path: Path, caller: Caller) -> None:
    """Refuse what GitHub would refuse for certain, without asking."""
    if not _TOKEN.fullmatch(caller.token):
        raise errors.TokenRefused
    if seconds := pauses.seconds_left(caller.holder, path.resource, now=time.time()):
        raise errors.Limited(seconds)


async def _once(
    method: Literal["GET", "POST"],
    path: Path,
    caller: Caller,
    *,
    params: Params | None = None,
    body: Mapping[str, Any] | None = None,
) -> Answer:
    url = str(httpx2.URL(f"{settings.GITHUB_API_URL.rstrip('/')}{path.text}", params=dict(params or {})))
    kept = etags.get(caller.holder, url, now=time.time()) if method == "GET" else None
    headers = {"Authorization": f"Bearer {caller.token}"} | ({"If-None-Match": kept.etag} if kept else {})
    try:
        async with pool.client().stream(method, url, json=body, headers=headers) as response:
            if kept is not None and response.status_code == 304:
                return _answer(kept.body, kept.has_next, response)
            await _raise_refusal(response, path, caller)
            whole = await bodies.whole(response)
            answer = _answer(whole, "next" in response.links, response)
            if method == "GET" and (etag := response.headers.get("etag")):
                etags.put(caller.holder, url, Kept(etag, whole, answer.has_next, time.time()))
            return answer
    except httpx2.TimeoutException:
        raise
    except httpx2.TransportError:
        raise errors.Unreachable from None


async def _raise_refusal(response: httpx2.Response, path: Path, caller: Caller) -> None:
    """Raise the error of a response that is one, and remember what follows from it."""
    now = time.time()
    text = await bodies.beginning(response, REFUSAL_BYTES) if response.status_code == 403 else ""
    error = refusals.for_status(response.status_code, response.headers, now=now, body=text, web_url=settings.GITHUB_URL)
    if isinstance(error, errors.TokenRefused):
        etags.forget(caller.holder)
    if isinstance(error, errors.Limited) and error.wait_seconds:
        resource = path.resource if refusals.is_primary_limit(response.headers) else EVERYTHING
        pauses.begin(caller.holder, resource, until=now + error.wait_seconds)
    if error is not None:
        raise error


def _answer(body: bytes, has_next: bool, response: httpx2.Response) -> Answer:  # noqa: FBT001 - a row's own field
    try:
        value = strict_json.loads(body, max_bytes=bodies.MAX_BYTES)
    except strict_json.InvalidJSON:
        raise errors.Unexpected from None
    return Answer(value, has_next, refusals.is_partial(response.headers))
