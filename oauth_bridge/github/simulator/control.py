"""The control API, ``/_simulator/…``: the handles of ``Controls`` for tests and people in another process.

It answers programs only. A browser names the page that sends a request (``Origin``, ``Sec-Fetch-Site``); such requests are
refused, so that no web page can play with a developer's simulator.
"""

from collections.abc import Callable
from typing import Any

from oauth_bridge.github.simulator.controls import BadSetting, Controls
from oauth_bridge.github.simulator.faults import KINDS
from oauth_bridge.github.simulator.messages import Request, Response, json_response
from oauth_bridge.github.simulator.people import LoginTaken, Membership, UnknownLogin
from oauth_bridge.github.simulator.state import State
from wire import strict_json

Json = dict[str, Any]


FAULT_TYPES: dict[str, tuple[type, ...]] = {
    "path": (str,),
    "kind": (str,),
    "times": (int, type(None)),
    "seconds": (int, float),
    "status": (int,),
    "retry_after": (int,),
    "location": (str,),
}


class BadOrder(ValueError):
    """An order that makes no sense. The message is safe to show."""


def respond(state: State, request: Request) -> Response:
    """Return the answer to a control request: 200 with JSON, or 4xx with ``{"error": …}``."""
    if "origin" in request.headers or request.headers.get("sec-fetch-site", "none") != "none":
        return _error(403, "the control API does not answer web pages")
    order = ORDERS.get((request.method, request.path))
    if order is None:
        return _error(404, "there is: " + ", ".join(f"{method} {path}" for method, path in ORDERS))
    if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
        return _error(415, "the control API takes application/json only")
    try:
        return json_response(order(Controls(state), _body(request)))
    except (UnknownLogin, LoginTaken, BadOrder, BadSetting) as error:
        return _error(422, str(error))


def _body(request: Request) -> Json:
    try:
        value = strict_json.loads(request.body or b"{}")
    except strict_json.InvalidJSON as error:
        raise BadOrder(str(error)) from None
    if not isinstance(value, dict):
        raise BadOrder("the body must be an object")
    return value


def _error(status: int, message: str) -> Response:
    return json_response({"error": message}, status=status)


def _requests(controls: Controls, _body: Json) -> Json:
    return {
        "requests": [
            {
                "method": asked.method,
                "path": asked.path,
                "query": asked.query,
                "headers": dict(asked.headers),
                "body": asked.body.decode("utf-8", "replace"),
            }
            for asked in controls.requests
        ]
    }


def _people(controls: Controls, body: Json) -> Json:
    login = _text(body, "login")
    match body.get("action"):
        case "rename":
            controls.rename(login, _text(body, "to"))
        case "add":
            controls.add_person(
                login, person_id=_number(body, "id"), name=_text_or_none(body, "name"), email=_text_or_none(body, "email")
            )
        case "remove":
            controls.remove_person(login)
        case "membership":
            controls.set_membership(login, _text(body, "org"), _membership(body))
        case _:
            raise BadOrder("action must be rename, add, remove or membership")
    return _list_people(controls, body)


def _list_people(controls: Controls, _body: Json) -> Json:
    return {"people": [{"id": person.id, "login": person.login, "name": person.name} for person in controls.state.people]}


def _membership(body: Json) -> Membership | None:
    match body.get("state"):
        case None:
            return None
        case "active" | "pending" as state:
            return Membership(state=state, teams=_teams(body))
        case _:
            raise BadOrder("state must be active, pending or null")


def _teams(body: Json) -> frozenset[str]:
    teams = body.get("teams", [])
    if not isinstance(teams, list) or not all(isinstance(slug, str) for slug in teams):
        raise BadOrder("teams must be a list of text")
    return frozenset(teams)


def _faults(controls: Controls, body: Json) -> Json:
    if unknown := set(body) - set(FAULT_TYPES):
        raise BadOrder(f"a fault has no {', '.join(sorted(unknown))}")
    for name, value in body.items():
        # Not isinstance: True is an int, and no number of times.
        if type(value) not in FAULT_TYPES[name]:
            raise BadOrder(f"{name} is of the wrong type")
    if body.get("kind") not in KINDS:
        raise BadOrder(f"kind must be one of: {', '.join(KINDS)}")
    if body.get("times") is not None and body["times"] < 1:
        raise BadOrder("times must be a number from 1, or null")
    controls.fault(_text(body, "path"), body["kind"], **{name: body[name] for name in body if name not in ("path", "kind")})
    return {}


def _revoke(controls: Controls, body: Json) -> Json:
    controls.revoke(_text(body, "login"))
    return {}


def _settings(controls: Controls, body: Json) -> Json:
    controls.configure(body)
    return {}


def _reset(controls: Controls, _body: Json) -> Json:
    controls.reset()
    return {}


def _text(body: Json, name: str) -> str:
    if not isinstance(body.get(name), str) or not body[name]:
        raise BadOrder(f"{name} must be text")
    return str(body[name])


def _text_or_none(body: Json, name: str) -> str | None:
    return None if body.get(name) is None else _text(body, name)


def _number(body: Json, name: str) -> int:
    if type(body.get(name)) is not int:
        raise BadOrder(f"{name} must be a whole number")
    return int(body[name])


ORDERS: dict[tuple[str, str], Callable[[Controls, Json], Json]] = {
    ("GET", "/_simulator/requests"): _requests,
    ("GET", "/_simulator/people"): _list_people,
    ("POST", "/_simulator/people"): _people,
    ("POST", "/_simulator/faults"): _faults,
    ("POST", "/_simulator/revoke"): _revoke,
    ("POST", "/_simulator/settings"): _settings,
    ("POST", "/_simulator/reset"): _reset,
}
