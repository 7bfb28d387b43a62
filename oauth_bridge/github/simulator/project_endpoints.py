"""The endpoints below ``/repos/{owner}/{repo}``, and the search."""

import re
from collections.abc import Callable

from oauth_bridge.github.simulator import payloads, project_payloads, projects, work
from oauth_bridge.github.simulator.calls import Call, Endpoint, not_found, refusal
from oauth_bridge.github.simulator.listing import paginate
from oauth_bridge.github.simulator.messages import Response, json_response
from oauth_bridge.github.simulator.project_payloads import Project
from oauth_bridge.github.simulator.projects import everything, find

_REPO = r"/repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)"
_SCOPES = ("repo",)
_QUALIFIER = re.compile(r"([a-z]+):(\S+)")
_REFS = frozenset({"main", "HEAD"})
MAX_SEARCH_RESULTS = 1000


def opened(answer: Callable[[Call, Project], Response]) -> Callable[[Call], Response]:
    """Make an endpoint of a function that takes the repository too."""

    def endpoint(call: Call) -> Response:
        found = find(call)
        return answer(call, found) if isinstance(found, Project) else found

    return endpoint


def repository(call: Call, project: Project) -> Response:
    """Answer ``GET /repos/{owner}/{repo}``."""
    reason = next((why for why, one in everything(call) if one.repository.id == project.repository.id), None)
    return json_response(_repository(call, project, reason))


def contents(call: Call, project: Project) -> Response:
    """Answer ``GET /repos/{owner}/{repo}/contents/{path}``: a file, or a directory's entries."""
    ref = call.request.parameters().get("ref", "main")
    if ref not in _REFS:
        return refusal(404, f"No commit found for the ref {ref}", page="repos/contents")
    path = call.parts["path"].strip("/")
    found = work.files(project.repository)
    if path in found:
        return json_response(project_payloads.file(project, path, found[path]))
    prefix = f"{path}/" if path else ""
    inside = [each for each in found if each.startswith(prefix)]
    if not inside:
        return not_found()
    names = dict.fromkeys(prefix + each.removeprefix(prefix).partition("/")[0] for each in inside)
    return json_response([project_payloads.entry(project, each, found.get(each)) for each in names])


def search(call: Call) -> Response:
    """Answer ``GET /search/repositories``: words in name and description; ``user``, ``language`` and ``is`` as qualifiers."""
    query = call.request.parameters().get("q", "")
    qualifiers = _QUALIFIER.findall(query)
    words = _QUALIFIER.sub(" ", query).lower().split()
    if not query.strip():
        return refusal(422, "Validation Failed", errors=[{"resource": "Search", "field": "q", "code": "missing"}])
    found = [
        (reason, one)
        for reason, one in everything(call)
        if all(word in f"{one.full_name} {one.repository.description or ''}".lower() for word in words)
        and all(_qualifies(one, name, value.lower()) for name, value in qualifiers)
        and not projects.needs_sso(call, one.owner)
    ]
    if call.request.parameters().get("sort") == "stars":
        found.sort(key=lambda each: each[1].repository.stars, reverse=True)
    part, headers = paginate(call, found[:MAX_SEARCH_RESULTS])
    items = [_repository(call, one, reason) for reason, one in part]
    return json_response({"total_count": len(found), "incomplete_results": False, "items": items}, headers=headers)


def _qualifies(project: Project, name: str, value: str) -> bool:
    match name:
        case "user" | "org":
            return project.owner.login.lower() == value
        case "language":
            return (project.repository.language or "").lower() == value
        case "is":
            return value == ("private" if project.repository.private else "public")
        case _:
            return True


def _repository(call: Call, project: Project, reason: payloads.Reason) -> payloads.Json:
    return payloads.repository(project.repository, project.owner, reason, web_url=call.web_url, api_url=call.api_url)


PROJECT_ENDPOINTS = (
    Endpoint("GET", _REPO, opened(repository), _SCOPES),
    Endpoint("GET", _REPO + r"/contents(?P<path>(/.*)?)", opened(contents), _SCOPES),
    Endpoint("GET", r"/search/repositories", search),
)
