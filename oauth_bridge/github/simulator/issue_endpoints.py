"""The endpoints of issues and pull requests."""

from datetime import UTC, datetime

from oauth_bridge.github.simulator import payloads, project_payloads, projects, work
from oauth_bridge.github.simulator.calls import Call, Endpoint, invalid, not_found, refusal
from oauth_bridge.github.simulator.listing import paginate
from oauth_bridge.github.simulator.messages import Response, json_response
from oauth_bridge.github.simulator.project_endpoints import opened
from oauth_bridge.github.simulator.project_payloads import Project
from oauth_bridge.github.simulator.projects import everything

_REPO = r"/repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)"
_NUMBER = r"/(?P<number>[0-9]{1,9})"
_SCOPES = ("repo",)


def issues(call: Call, project: Project) -> Response:
    """Answer ``GET /repos/{owner}/{repo}/issues``: pull requests are among them."""
    if project.repository.archived:
        return _switched_off()
    wanted = _wanted(call, _all(call, project))
    if isinstance(wanted, Response):
        return wanted
    part, headers = paginate(call, wanted)
    return json_response([project_payloads.issue(project, one) for one in part], headers=headers)


def own_issues(call: Call) -> Response:
    """Answer ``GET /issues``: those that concern the person, in all repositories that they work on."""
    about = call.request.parameters().get("filter", "assigned")
    if about not in ("assigned", "created", "mentioned", "subscribed", "repos", "all"):
        return invalid("Issue", "filter")
    found: list[tuple[Project, work.Issue]] = []
    for reason, project in everything(call):
        if reason is None or project.repository.archived or projects.needs_sso(call, project.owner):
            continue
        mine = [one for one in _all(call, project) if _concerns(call.person.id, one, about)]
        wanted = _wanted(call, mine)
        if isinstance(wanted, Response):
            return wanted
        found += [(project, one) for one in wanted]
    part, headers = paginate(call, found)
    body = [{**project_payloads.issue(one, issue), "repository": _repository(one)} for one, issue in part]
    return json_response(body, headers={**headers, **projects.partial_headers(call)})


def issue(call: Call, project: Project) -> Response:
    """Answer ``GET /repos/{owner}/{repo}/issues/{number}``."""
    one = _named(call, project)
    return not_found() if one is None else json_response(project_payloads.issue(project, one))


def comments(call: Call, project: Project) -> Response:
    """Answer ``GET /repos/{owner}/{repo}/issues/{number}/comments``."""
    one = _named(call, project)
    if one is None:
        return not_found()
    part, headers = paginate(call, range(one.comments))
    return json_response([project_payloads.comment(project, one, place) for place in part], headers=headers)


def create_issue(call: Call, project: Project) -> Response:
    """Answer ``POST /repos/{owner}/{repo}/issues``: 404 without the scope to write, as at GitHub."""
    if not call.may("repo" if project.repository.private else "public_repo"):
        return not_found()
    if (refused := projects.is_archived(project.repository)) is not None:
        return refused
    sent = call.request.json_object()
    title, text, labels = sent.get("title"), sent.get("body"), sent.get("labels", [])
    if not isinstance(title, str) or not title:
        return refusal(422, "Validation Failed", errors=[{"resource": "Issue", "field": "title", "code": "missing_field"}])
    now = datetime.fromtimestamp(call.state.now(), UTC)
    made = work.Issue(
        number=len(_all(call, project)) + 1,
        title=title,
        body=text if isinstance(text, str) else None,
        author_id=call.person.id,
        assignee_ids=(),
        labels=tuple(each for each in labels if isinstance(each, str)) if project.owner.id == call.person.id else (),
        is_closed=False,
        comments=0,
        is_pull_request=False,
        created_at=now,
        updated_at=now,
    )
    call.state.created_issues.setdefault(project.repository.id, []).append(made)
    body = project_payloads.issue(project, made)
    return json_response(body, status=201, headers={"location": str(body["url"])})


def pull_requests(call: Call, project: Project) -> Response:
    """Answer ``GET /repos/{owner}/{repo}/pulls``."""
    wanted = _wanted(call, [one for one in _all(call, project) if one.is_pull_request])
    if isinstance(wanted, Response):
        return wanted
    part, headers = paginate(call, wanted)
    return json_response([project_payloads.pull_request(project, one) for one in part], headers=headers)


def pull_request(call: Call, project: Project) -> Response:
    """Answer ``GET /repos/{owner}/{repo}/pulls/{number}``."""
    one = _named(call, project)
    if one is None or not one.is_pull_request:
        return not_found()
    return json_response(project_payloads.pull_request_details(project, one))


def changed_files(call: Call, project: Project) -> Response:
    """Answer ``GET /repos/{owner}/{repo}/pulls/{number}/files``."""
    one = _named(call, project)
    if one is None or not one.is_pull_request:
        return not_found()
    part, headers = paginate(call, work.changes(one))
    return json_response([project_payloads.change(project, each) for each in part], headers=headers)


def _all(call: Call, project: Project) -> list[work.Issue]:
    return [*work.issues(project.repository), *call.state.created_issues.get(project.repository.id, [])]


def _named(call: Call, project: Project) -> work.Issue | None:
    return next((one for one in _all(call, project) if one.number == int(call.parts["number"])), None)


def _wanted(call: Call, found: list[work.Issue]) -> list[work.Issue] | Response:
    """Return those of the state and labels that are asked for, in order."""
    asked = call.request.parameters()
    state, sort, direction = asked.get("state", "open"), asked.get("sort", "created"), asked.get("direction", "desc")
    if state not in ("open", "closed", "all"):
        return invalid("Issue", "state")
    labels = {each for each in asked.get("labels", "").split(",") if each}
    chosen = [one for one in found if state in ("all", "closed" if one.is_closed else "open") and labels <= set(one.labels)]
    return sorted(chosen, key=lambda one: one.updated_at if sort == "updated" else one.created_at, reverse=direction == "desc")


def _concerns(person_id: int, one: work.Issue, about: str) -> bool:
    match about:
        case "assigned":
            return person_id in one.assignee_ids
        case "created":
            return person_id == one.author_id
        case "mentioned":
            return False
        case _:
            return True


def _repository(project: Project) -> payloads.Json:
    urls = {"web_url": project.web_url, "api_url": project.api_url}
    return payloads.repository(project.repository, project.owner, "owner", **urls)


def _switched_off() -> Response:
    return refusal(410, "Issues has been disabled in this repository.", page="v3/issues/")


ISSUE_ENDPOINTS = (
    Endpoint("GET", r"/issues", own_issues, _SCOPES),
    Endpoint("GET", _REPO + r"/issues", opened(issues), _SCOPES),
    Endpoint("POST", _REPO + r"/issues", opened(create_issue), _SCOPES),
    Endpoint("GET", _REPO + r"/issues" + _NUMBER, opened(issue), _SCOPES),
    Endpoint("GET", _REPO + r"/issues" + _NUMBER + r"/comments", opened(comments), _SCOPES),
    Endpoint("GET", _REPO + r"/pulls", opened(pull_requests), _SCOPES),
    Endpoint("GET", _REPO + r"/pulls" + _NUMBER, opened(pull_request), _SCOPES),
    Endpoint("GET", _REPO + r"/pulls" + _NUMBER + r"/files", opened(changed_files), _SCOPES),
)
