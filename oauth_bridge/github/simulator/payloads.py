"""How the REST API writes people, organizations and repositories down: GitHub's own field names."""

import base64
from datetime import UTC, datetime

from oauth_bridge.github.simulator.people import Organization, Person
from oauth_bridge.github.simulator.repositories import Affiliation, Repository

Json = dict[str, object]
# Why somebody may read a repository; None for one that is merely public.
Reason = Affiliation | None

_JOINED = datetime(2019, 3, 14, 15, 9, 26, tzinfo=UTC)
_UPDATED = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def timestamp(moment: datetime) -> str:
    """Return a time as the API writes it: ``2026-08-01T12:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def account(owner: Person | Organization, *, web_url: str, api_url: str) -> Json:
    """Return the short form of an account, as in a repository's ``owner``."""
    kind = "User" if isinstance(owner, Person) else "Organization"
    one = f"{api_url}/users/{owner.login}"
    return {
        "login": owner.login,
        "id": owner.id,
        "node_id": _node_id(kind, owner.id),
        "avatar_url": f"{web_url}/avatars/u/{owner.id}",
        "gravatar_id": "",
        "url": one,
        "html_url": f"{web_url}/{owner.login}",
        "followers_url": f"{one}/followers",
        "following_url": f"{one}/following{{/other_user}}",
        "gists_url": f"{one}/gists{{/gist_id}}",
        "starred_url": f"{one}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{one}/subscriptions",
        "organizations_url": f"{one}/orgs",
        "repos_url": f"{one}/repos",
        "events_url": f"{one}/events{{/privacy}}",
        "received_events_url": f"{one}/received_events",
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def profile(person: Person, *, public_repositories: int, web_url: str, api_url: str) -> Json:
    """Return the long form of a person that everybody may see."""
    return {
        **account(person, web_url=web_url, api_url=api_url),
        "name": person.name,
        "company": None,
        "blog": "",
        "location": person.location,
        "email": person.public_email,
        "hireable": None,
        "bio": person.bio,
        "twitter_username": None,
        "notification_email": person.public_email,
        "public_repos": public_repositories,
        "public_gists": 0,
        "followers": person.id % 50,
        "following": person.id % 20,
        "created_at": timestamp(_JOINED),
        "updated_at": timestamp(_UPDATED),
    }


def private_profile(*, private_repositories: int) -> Json:
    """Return what the owner sees besides, with the scope ``read:user``."""
    return {
        "private_gists": 0,
        "total_private_repos": private_repositories,
        "owned_private_repos": private_repositories,
        "disk_usage": 2048,
        "collaborators": 0,
        "two_factor_authentication": True,
        "plan": {"name": "free", "space": 976562499, "collaborators": 0, "private_repos": 10000},
        "user_view_type": "private",
    }


def organization(org: Organization, *, web_url: str, api_url: str) -> Json:
    """Return the short form of an organization."""
    one = f"{api_url}/orgs/{org.login}"
    return {
        "login": org.login,
        "id": org.id,
        "node_id": _node_id("Organization", org.id),
        "url": one,
        "repos_url": f"{one}/repos",
        "events_url": f"{one}/events",
        "hooks_url": f"{one}/hooks",
        "issues_url": f"{one}/issues",
        "members_url": f"{one}/members{{/member}}",
        "public_members_url": f"{one}/public_members{{/member}}",
        "avatar_url": f"{web_url}/avatars/u/{org.id}",
        "description": org.description,
    }


def repository(repo: Repository, owner: Person | Organization, reason: Reason, *, web_url: str, api_url: str) -> Json:
    """Return a repository as in ``GET /user/repos``."""
    full_name = f"{owner.login}/{repo.name}"
    host = web_url.removeprefix("http://")
    admin, works_on_it = reason == "owner", reason is not None
    return {
        "id": repo.id,
        "node_id": _node_id("Repository", repo.id),
        "name": repo.name,
        "full_name": full_name,
        "private": repo.private,
        "owner": account(owner, web_url=web_url, api_url=api_url),
        "html_url": f"{web_url}/{full_name}",
        "description": repo.description,
        "fork": repo.fork,
        "url": f"{api_url}/repos/{full_name}",
        "created_at": timestamp(repo.created_at),
        "updated_at": timestamp(repo.updated_at),
        "pushed_at": timestamp(repo.pushed_at),
        "git_url": f"git://{host}/{full_name}.git",
        "ssh_url": f"git@{host}:{full_name}.git",
        "clone_url": f"{web_url}/{full_name}.git",
        "homepage": None,
        "size": repo.stars * 37,
        "stargazers_count": repo.stars,
        "watchers_count": repo.stars,
        "language": repo.language,
        "has_issues": not repo.archived,
        "has_projects": True,
        "has_wiki": True,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": repo.stars // 4,
        "mirror_url": None,
        "archived": repo.archived,
        "disabled": False,
        "open_issues_count": repo.stars // 3,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "topics": [],
        "visibility": "private" if repo.private else "public",
        "forks": repo.stars // 4,
        "open_issues": repo.stars // 3,
        "watchers": repo.stars,
        "default_branch": "main",
        "permissions": {"admin": admin, "maintain": admin, "push": works_on_it, "triage": works_on_it, "pull": True},
    }


def _node_id(kind: str, number: int) -> str:
    return base64.b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()
