"""Which repositories a call may see, whosever they are; and what is left out for an organization's single sign-on."""

from collections.abc import Iterator

from oauth_bridge.github.simulator.calls import Call, not_found, refusal
from oauth_bridge.github.simulator.messages import Response
from oauth_bridge.github.simulator.people import Organization, Person
from oauth_bridge.github.simulator.project_payloads import Project
from oauth_bridge.github.simulator.repositories import COLLECTION, Affiliation, Repository, reachable


def find(call: Call) -> Project | Response:
    """Return the repository that the path names, or GitHub's refusal: what may not be seen is not there."""
    for _, project in everything(call):
        if project.full_name.lower() == f"{call.parts['owner']}/{call.parts['repo']}".lower():
            return sso_refusal(call, project.owner) if needs_sso(call, project.owner) else project
    return not_found()


def everything(call: Call) -> Iterator[tuple[Affiliation | None, Project]]:
    """Yield all that the call's token may see, with the reason; None for what is merely public."""
    people = call.state.people
    owners: dict[int, Person | Organization] = {org.id: org for org in people.organizations.values()}
    owners |= {person.id: person for person in people}
    reasons = dict(_reasons(call))
    for repo in COLLECTION:
        reason = reasons.get(repo.id)
        if repo.owner_id in owners and (not repo.private or (reason is not None and call.may("repo"))):
            yield reason, Project(repo, owners[repo.owner_id], people, call.web_url, call.api_url)


def needs_sso(call: Call, owner: Person | Organization) -> bool:
    """Return whether the owner is the organization whose single sign-on the token has not passed."""
    return owner.login == call.state.settings.sso_org


def sso_refusal(call: Call, owner: Person | Organization) -> Response:
    """Return GitHub's answer to a token that has not passed an organization's single sign-on."""
    url = f"{call.web_url}/orgs/{owner.login}/sso?authorization_request=AAAA"
    message = (
        "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization."
    )
    page = "articles/authenticating-to-a-github-organization-with-saml-single-sign-on/"
    return refusal(403, message, page=page).with_headers({"x-github-sso": f"required; url={url}"})


def partial_headers(call: Call) -> dict[str, str]:
    """Return the header of a list that single sign-on has left something out of."""
    org = call.state.people.organizations.get(call.state.settings.sso_org)
    hides = org is not None and org.login in call.person.memberships
    return {"x-github-sso": f"partial-results; organizations={org.id}"} if org and hides else {}


def _reasons(call: Call) -> Iterator[tuple[int, Affiliation]]:
    if call.token is None:
        return
    held = call.person.memberships.items()
    orgs = frozenset(call.state.people.organizations[org].id for org, one in held if one.state == "active")
    for affiliation, repo in reachable(call.person.id, orgs):
        yield repo.id, affiliation


def is_archived(repository: Repository) -> Response | None:
    """Return the refusal to write into an archived repository."""
    return refusal(403, "Repository was archived so is read-only.") if repository.archived else None
