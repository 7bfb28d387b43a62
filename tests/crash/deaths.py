"""Killing the first replica at a point of a request, and asking again as a client does that got no answer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import count

import httpx2

from oauth_bridge.models import Client
from tests.crash.trap import REACHED
from tests.races.held import Posting, Request
from tests.support.flow import OAuthClient
from tests.support.processes import wait_until
from tests.support.replicas import House

KILLED = -9
HELD_SECONDS = 0.25

Prepare = Callable[[], Posting]
Retry = Callable[[httpx2.Client], httpx2.Response]


@dataclass(frozen=True, slots=True)
class Death:
    """A process died at ``point``; ``posting`` is what it was asked, ``answer`` what the client heard the second time."""

    point: str
    posting: Posting
    answer: httpx2.Response


def at_every_point(house: House, way: str, prepare: Prepare, *, headers: Mapping[str, str] | None = None) -> Iterator[Death]:
    """Kill the first replica at each point of a request in turn, until a request is through alive.

    ``prepare`` returns the form for each. ``way`` is where the client asks again: at the process that was started anew
    (``restarted``), at the other replica when the first is dead (``other``), or there while the first, about to die, still
    holds its locks (``beside``).
    """
    for number in count(1):
        posting = prepare()
        # So that the request writes its client's last use as well.
        Client.objects.update(last_used_at=None)
        pause = HELD_SECONDS if way == "beside" else 0
        armed = {"Crash-At": str(number), "Crash-Pause": str(pause), **(headers or {})}
        with closing(Request(house.url, posting, port=house.ports[0], **armed)) as request:
            point = _point(house, request)
            if point is None:
                return
            if way != "beside":
                _bury(house)
            answer = _ask_again(house, way, posting, headers or {})
        if way != "restarted":
            _bury(house)
            house.replicas[0].start()
        yield Death(point, posting, answer)


def _point(house: House, request: Request) -> str | None:
    """Let the first replica have the whole request; return the point that it reached, or None if it answered."""
    server = house.replicas[0].server
    seen = server.output.count(REACHED)
    request.complete()
    wait_until(lambda: server.output.count(REACHED) > seen or request.is_answered(), "neither death nor answer")
    told = server.output.split(REACHED)[seen + 1 :]
    return told[0].splitlines()[0] if told else None


def _bury(house: House) -> None:
    assert house.replicas[0].server.wait() == KILLED


def _ask_again(house: House, way: str, posting: Posting, headers: Mapping[str, str]) -> httpx2.Response:
    if way == "restarted":
        house.replicas[0].start()
    path, form = posting
    return house.door(0 if way == "restarted" else 1).post(path, data=dict(form), headers=dict(headers))


def alive(house: House, client: OAuthClient, answer: httpx2.Response) -> None:
    """Fail unless the answer's tokens work where the client got them: at the replica that did not die."""
    assert answer.status_code == 200, answer.text
    client.tokens = answer.json()
    assert house.at(1, client).mcp().status_code == 200
