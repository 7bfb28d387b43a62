"""``GET /user/repos``: filters, order and pages, by GitHub's rules."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

from oauth_bridge.github.simulator import payloads, projects
from oauth_bridge.github.simulator.calls import Call, invalid, refusal
from oauth_bridge.github.simulator.messages import Response, json_response
from oauth_bridge.github.simulator.people import Organization, Person
from oauth_bridge.github.simulator.repositories import Affiliation, Repository, reachable

Item = TypeVar("Item")
Owned = tuple[Affiliation, Repository, Person | Organization]

AFFILIATIONS = frozenset({"owner", "collaborator", "organization_member"})
MAX_PER_PAGE = 100

# type -> (affiliations, visibility): the older way to ask, which excludes the newer one.
TYPES = {
    "all": (AFFILIATIONS, "all"),
    "owner": (frozenset({"owner"}), "all"),
    "public": (AFFILIATIONS, "public"),
    "private": (AFFILIATIONS, "private"),
    "member": (AFFILIATIONS - {"owner"}, "all"),
}

ORDERS: dict[str, Callable[[Owned], str | datetime]] = {
    "created": lambda owned: owned[1].created_at,
    "updated": lambda owned: owned[1].updated_at,
    "pushed": lambda owned: owned[1].pushed_at,
    "full_name": lambda owned: f"{owned[2].login}/{owned[1].name}".lower(),
}


def repositories(call: Call) -> Response:
    """Answer ``GET /user/repos``; private ones only with the scope ``repo``."""
    asked = call.request.parameters()
    if "type" in asked and ("visibility" in asked or "affiliation" in asked):
        return refusal(422, "If you specify visibility or affiliation, you cannot specify type.", page="repos/repos")
    affiliations, visibility = TYPES.get(asked.get("type", "all"), (AFFILIATIONS, "unknown"))
    if "affiliation" in asked:
        affiliations = frozenset(asked["affiliation"].split(","))
    visibility = asked.get("visibility", visibility)
    order = asked.get("sort", "full_name")
    direction = asked.get("direction", "asc" if order == "full_name" else "desc")
    for field, good in (
        ("visibility", visibility in ("all", "public", "private")),
        ("affiliation", affiliations <= AFFILIATIONS),
        ("sort", order in ORDERS),
        ("direction", direction in ("asc", "desc")),
    ):
        if not good:
            return invalid("Repository", field)
    owned = [one for one in visible(call) if one[0] in affiliations and visibility in ("all", _visibility(one[1]))]
    owned.sort(key=ORDERS[order], reverse=direction == "desc")
    return _page(call, owned)


def visible(call: Call) -> list[Owned]:
    """Return the repositories that this token may see, with their owners."""
    person, people = call.person, call.state.people
    active = [people.organizations[org] for org, held in person.memberships.items() if held.state == "active"]
    owners: dict[int, Person | Organization] = {org.id: org for org in active} | {one.id: one for one in people}
    return [
        (affiliation, repo, owners[repo.owner_id])
        for affiliation, repo in reachable(person.id, frozenset(org.id for org in active))
        if repo.owner_id in owners and (not repo.private or call.may("repo"))
    ]


def _visibility(repo: Repository) -> str:
    return "private" if repo.private else "public"


def _page(call: Call, owned: list[Owned]) -> Response:
    part, headers = paginate(call, [one for one in owned if not projects.needs_sso(call, one[2])])
    urls = {"web_url": call.web_url, "api_url": call.api_url}
    body = [payloads.repository(repo, owner, affiliation, **urls) for affiliation, repo, owner in part]
    return json_response(body, headers={**headers, **projects.partial_headers(call)})


def paginate(call: Call, items: Sequence[Item]) -> tuple[Sequence[Item], dict[str, str]]:
    """Return the page that was asked for, and its ``Link`` header (RFC 8288) if there is more than one page.

    ``per_page`` is 30 unless asked, 100 at most; nonsense counts as not asked, as at GitHub.
    """
    asked = call.request.parameters()
    size = min(_positive(asked.get("per_page"), 30), MAX_PER_PAGE)
    number = _positive(asked.get("page"), 1)
    last = max(1, -(-len(items) // size))
    pages: dict[str, int] = {}
    if number > 1:
        pages["prev"] = min(number - 1, last)
    if number < last:
        pages |= {"next": number + 1, "last": last}
    if number > 1:
        pages["first"] = 1
    links = ", ".join(f'<{_page_url(call, asked, page)}>; rel="{relation}"' for relation, page in pages.items())
    return items[(number - 1) * size : number * size], {"link": links} if links else {}


def _positive(text: str | None, default: int) -> int:
    number = int(text) if text is not None and re.fullmatch("[0-9]{1,9}", text) else 0
    return number or default


def _page_url(call: Call, asked: dict[str, str], page: int) -> str:
    return f"{call.api_url}{call.path}?" + urlencode({**asked, "page": page})
