"""The ASGI application: guards the door, writes down what was asked, lets faults happen, and sends requests to their rooms."""

import re
import time
from collections.abc import Callable

from oauth_bridge.github.simulator import api, control, exchange, oauth, pages
from oauth_bridge.github.simulator.faults import Fault
from oauth_bridge.github.simulator.hosts import is_own
from oauth_bridge.github.simulator.messages import (
    ASGIApp,
    BodyTooLarge,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    read_request,
    send_response,
)
from oauth_bridge.github.simulator.sickness import sick_response, twist
from oauth_bridge.github.simulator.state import State
from oauth_bridge.github.simulator.tokens import DEVELOPMENT_KEY

API_PREFIX = "/api/v3"
CONTROL_PREFIX = "/_simulator/"

_AVATAR = re.compile(r"/avatars/u/([0-9]{1,18})")

PAGES: dict[tuple[str, str], Callable[[State, Request], Response]] = {
    ("GET", "/login/oauth/authorize"): oauth.authorize_page,
    ("POST", "/login/oauth/authorize"): oauth.authorize_answer,
    ("POST", "/login/oauth/access_token"): exchange.access_token,
    ("GET", "/"): lambda _state, _request: pages.welcome(),
    ("GET", pages.STYLE_PATH): lambda _state, _request: pages.style(),
    ("GET", pages.ICON_PATH): lambda _state, _request: pages.icon(),
}


def create_app(*, key: bytes = DEVELOPMENT_KEY, now: Callable[[], float] = time.time) -> ASGIApp:
    """Return a simulator for an ASGI server. ``now`` gives seconds since the epoch."""
    return App(State(key=key, now=now))


class App:
    """The simulator around its state."""

    def __init__(self, state: State) -> None:
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the GitHub simulator does not speak {scope['type']}")
        try:
            request = await read_request(scope, receive)
        except BodyTooLarge:
            await send_response(send, pages.error(413, "The request is too large."))
            return
        response = await self._answer(request, receive)
        if response is not None:
            await send_response(send, response, with_body=request.method != "HEAD")

    async def _answer(self, request: Request, receive: Receive) -> Response | None:
        """Return the answer, or None when the client is gone."""
        # Without this check any web page could reach the simulator through a name of its own (DNS rebinding).
        if not is_own(request.headers.get("host", "")):
            return pages.error(421, "The simulator answers under the names of this machine only.")
        if request.path.startswith(CONTROL_PREFIX):
            return control.respond(self.state, request)
        self.state.requests.append(request)
        fault = self.state.faults.take(request.path)
        if fault is None:
            return respond(self.state, request)
        return await self._suffer(fault, request, receive)

    async def _suffer(self, fault: Fault, request: Request, receive: Receive) -> Response | None:
        match fault.kind:
            case "slow" | "hang":
                seconds = fault.seconds if fault.kind == "slow" else None
                stayed = await self.state.faults.hold(receive, seconds)
                return respond(self.state, request) if stayed else None
            case "wrong_types":
                return twist(respond(self.state, request))
            case _:
                return sick_response(fault)


def respond(state: State, request: Request) -> Response:
    """Return what a healthy GitHub answers."""
    if request.path == API_PREFIX or request.path.startswith(API_PREFIX + "/"):
        return api.respond(state, request, path=request.path.removeprefix(API_PREFIX) or "/")
    method = "GET" if request.method == "HEAD" else request.method
    page = PAGES.get((method, request.path))
    if page is not None:
        return page(state, request)
    avatar = _AVATAR.fullmatch(request.path)
    person = state.people.by_id(int(avatar[1])) if avatar else None
    if person is not None:
        return pages.avatar(person)
    return pages.error(404, "GitHub would have a page here. The simulator has none.")
