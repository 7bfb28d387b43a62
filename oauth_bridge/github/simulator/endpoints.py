"""The REST API's endpoints, and their table."""

from urllib.parse import quote

from oauth_bridge.github.simulator import payloads
from oauth_bridge.github.simulator.applications import delete_grant, delete_token
from oauth_bridge.github.simulator.calls import Call, Endpoint, not_found, refusal
from oauth_bridge.github.simulator.listing import paginate, repositories, visible
from oauth_bridge.github.simulator.messages import Response, json_response
from oauth_bridge.github.simulator.people import Membership, Person
from oauth_bridge.github.simulator.repositories import COLLECTION


def user(call: Call) -> Response:
    """Answer ``GET /user``: the token's person."""
    mine = [repo for affiliation, repo, _ in visible(call) if affiliation == "owner"]
    body = _profile(call, call.person)
    if call.may("read:user"):
        body |= payloads.private_profile(private_repositories=sum(repo.private for repo in mine))
    return json_response(body)


def emails(call: Call) -> Response:
    """Answer ``GET /user/emails``. Without the scope there is nothing here, says GitHub."""
    if not call.may("user:email"):
        return not_found()
    addresses = [
        {"email": one.email, "primary": one.primary, "verified": one.verified, "visibility": one.visibility}
        for one in call.person.emails
    ]
    part, headers = paginate(call, addresses)
    return json_response(part, headers=headers)


def public_user(call: Call) -> Response:
    """Answer ``GET /users/{login}`` and ``GET /user/{id}``: what everybody may see of somebody."""
    people = call.state.people
    person = people.find(call.parts["login"]) if "login" in call.parts else people.by_id(int(call.parts["id"]))
    return not_found() if person is None else json_response(_profile(call, person))


def organizations(call: Call) -> Response:
    """Answer ``GET /user/orgs``: active memberships only."""
    if not call.may("read:org", "user"):
        return refusal(403, "You need at least read:org scope or user scope to list your organizations.", page="orgs/orgs")
    held = call.person.memberships.items()
    mine = [call.state.people.organizations[org] for org, membership in held if membership.state == "active"]
    part, headers = paginate(call, mine)
    urls = {"web_url": call.web_url, "api_url": call.api_url}
    return json_response([payloads.organization(org, **urls) for org in part], headers=headers)


def my_membership(call: Call) -> Response:
    """Answer ``GET /user/memberships/orgs/{org}``: also ``pending`` ones, which are invitations."""
    if not call.may("read:org"):
        return refusal(403, "You need at least read:org scope to see your organization memberships.", page="orgs/members")
    if _is_restricted(call):
        return _restricted(call)
    org = call.state.people.organizations.get(call.parts["org"].lower())
    membership = call.person.memberships.get(org.login) if org else None
    if org is None or membership is None:
        return not_found()
    urls = {"web_url": call.web_url, "api_url": call.api_url}
    return json_response(
        {
            "url": f"{call.api_url}/orgs/{org.login}/memberships/{call.person.login}",
            "state": membership.state,
            "role": membership.role,
            "direct_membership": True,
            "organization_url": f"{call.api_url}/orgs/{org.login}",
            "organization": payloads.organization(org, **urls),
            "user": payloads.account(call.person, **urls),
        }
    )


def member(call: Call) -> Response:
    """Answer ``GET /orgs/{org}/members/{login}``: 204 or 404 for a member who asks, 302 to the public list for others."""
    org, login = call.parts["org"].lower(), call.parts["login"]
    if org not in call.state.people.organizations:
        return not_found()
    if not call.may("read:org") or _membership(call.person, org) is None:
        return Response(302, {"location": f"{call.api_url}/orgs/{org}/public_members/{quote(login)}"})
    other = call.state.people.find(login)
    return Response(204) if other and _membership(other, org) else not_found()


def public_member(call: Call) -> Response:
    """Answer ``GET /orgs/{org}/public_members/{login}``: 204 for those who show their membership."""
    other = call.state.people.find(call.parts["login"])
    membership = _membership(other, call.parts["org"].lower()) if other else None
    return Response(204) if membership and membership.public else not_found()


def team_membership(call: Call) -> Response:
    """Answer ``GET /orgs/{org}/teams/{slug}/memberships/{login}``, for members of the organization only."""
    org, slug = call.parts["org"].lower(), call.parts["slug"].lower()
    if _is_restricted(call):
        return _restricted(call)
    if not call.may("read:org") or _membership(call.person, org) is None:
        return not_found()
    other = call.state.people.find(call.parts["login"])
    membership = other.memberships.get(org) if other else None
    if other is None or membership is None or slug not in membership.teams:
        return not_found()
    team = call.state.people.organizations[org].teams[slug]
    url = f"{call.api_url}/organizations/{call.state.people.organizations[org].id}/team/{team}/memberships/{other.login}"
    return json_response({"url": url, "role": "member", "state": membership.state})


def team(call: Call) -> Response:
    """Answer ``GET /orgs/{org}/teams/{slug}``, for members of the organization only."""
    org, slug = call.parts["org"].lower(), call.parts["slug"].lower()
    if _is_restricted(call):
        return _restricted(call)
    if not call.may("read:org") or _membership(call.person, org) is None:
        return not_found()
    found = call.state.people.organizations[org]
    if slug not in found.teams:
        return not_found()
    return json_response(
        {
            "id": found.teams[slug],
            "name": slug.capitalize(),
            "slug": slug,
            "privacy": "closed",
            "permission": "pull",
            "url": f"{call.api_url}/organizations/{found.id}/team/{found.teams[slug]}",
            "parent": None,
            "organization": payloads.organization(found, web_url=call.web_url, api_url=call.api_url),
        }
    )


def meta(_call: Call) -> Response:
    """Answer ``GET /meta``."""
    return json_response({"verifiable_password_authentication": False, "installed_version": "3.17.0"})


def root(call: Call) -> Response:
    """Answer ``GET /``: where things are."""
    api = call.api_url
    return json_response(
        {
            "current_user_url": f"{api}/user",
            "current_user_repositories_url": f"{api}/user/repos{{?type,page,per_page,sort}}",
            "emails_url": f"{api}/user/emails",
            "rate_limit_url": f"{api}/rate_limit",
            "user_url": f"{api}/users/{{user}}",
            "user_organizations_url": f"{api}/user/orgs",
        }
    )


def _profile(call: Call, person: Person) -> payloads.Json:
    count = sum(repo.owner_id == person.id and not repo.private for repo in COLLECTION)
    return payloads.profile(person, public_repositories=count, web_url=call.web_url, api_url=call.api_url)


def _is_restricted(call: Call) -> bool:
    return call.parts["org"].lower() == call.state.settings.restricted_org.lower()


def _restricted(call: Call) -> Response:
    message = (
        f"Although you appear to have the correct authorization credentials, the `{call.parts['org']}` organization has "
        "enabled OAuth App access restrictions, meaning that data access to third-parties is limited."
    )
    return refusal(403, message, page="articles/restricting-access-to-your-organization-s-data")


def _membership(person: Person, org: str) -> Membership | None:
    membership = person.memberships.get(org)
    return membership if membership is not None and membership.state == "active" else None


ENDPOINTS = (
    Endpoint("GET", r"/", root, anonymous=True),
    Endpoint("GET", r"/meta", meta, anonymous=True),
    Endpoint("GET", r"/user", user),
    Endpoint("GET", r"/user/emails", emails, ("user", "user:email")),
    Endpoint("GET", r"/user/repos", repositories, ("repo", "public_repo")),
    Endpoint("GET", r"/user/orgs", organizations, ("admin:org", "read:org", "user", "write:org")),
    Endpoint("GET", r"/user/memberships/orgs/(?P<org>[^/]+)", my_membership, ("admin:org", "read:org", "write:org")),
    Endpoint("GET", r"/user/(?P<id>[0-9]{1,18})", public_user, anonymous=True),
    Endpoint("GET", r"/users/(?P<login>[^/]+)", public_user, anonymous=True),
    Endpoint("GET", r"/orgs/(?P<org>[^/]+)/members/(?P<login>[^/]+)", member, ("admin:org", "read:org", "write:org")),
    Endpoint("GET", r"/orgs/(?P<org>[^/]+)/public_members/(?P<login>[^/]+)", public_member, anonymous=True),
    Endpoint(
        "GET",
        r"/orgs/(?P<org>[^/]+)/teams/(?P<slug>[^/]+)/memberships/(?P<login>[^/]+)",
        team_membership,
        ("admin:org", "read:org", "write:org"),
    ),
    Endpoint("GET", r"/orgs/(?P<org>[^/]+)/teams/(?P<slug>[^/]+)", team, ("admin:org", "read:org", "write:org")),
    Endpoint("DELETE", r"/applications/(?P<client_id>[^/]+)/token", delete_token, anonymous=True),
    Endpoint("DELETE", r"/applications/(?P<client_id>[^/]+)/grant", delete_grant, anonymous=True),
)
