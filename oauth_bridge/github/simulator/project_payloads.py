"""How the REST API writes files, issues and pull requests down: GitHub's own field names."""

import base64
from dataclasses import dataclass
from urllib.parse import quote

from oauth_bridge.github.simulator import payloads, work
from oauth_bridge.github.simulator.payloads import Json, timestamp
from oauth_bridge.github.simulator.people import Organization, People, Person
from oauth_bridge.github.simulator.repositories import Repository


@dataclass(frozen=True, slots=True)
class Project:
    """A repository with its owner of today, and under which addresses it is shown."""

    repository: Repository
    owner: Person | Organization
    people: People
    web_url: str
    api_url: str

    @property
    def full_name(self) -> str:
        """Return owner and name."""
        return f"{self.owner.login}/{self.repository.name}"

    def account(self, person_id: int) -> Json | None:
        """Return an account in short; None for one that is closed."""
        found = self.owner if self.owner.id == person_id else self.people.by_id(person_id)
        return None if found is None else payloads.account(found, web_url=self.web_url, api_url=self.api_url)


def entry(project: Project, path: str, node: work.Node | None) -> Json:
    """Return a directory's entry; ``node`` is None for a directory in it."""
    quoted = quote(path)
    place = f"{project.api_url}/repos/{project.full_name}"
    kind = "dir" if node is None else node.kind
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": node.sha if node else "0" * 40,
        "size": node.size if node else 0,
        "url": f"{place}/contents/{quoted}?ref=main",
        "html_url": f"{project.web_url}/{project.full_name}/{'tree' if node is None else 'blob'}/main/{quoted}",
        "git_url": None if kind == "submodule" else f"{place}/git/{'trees' if node is None else 'blobs'}/{'0' * 40}",
        "download_url": f"{project.web_url}/raw/{project.full_name}/main/{quoted}" if kind == "file" else None,
        "type": kind,
    }


def file(project: Project, path: str, node: work.Node) -> Json:
    """Return a file with its content, which is missing beyond 1 MB; a link with its target; a submodule."""
    about = entry(project, path, node)
    match node.kind:
        case "symlink":
            return {**about, "target": "src/missing"}
        case "submodule":
            return {**about, "submodule_git_url": "https://github.example/vendor.git"}
    if node.data is None:
        return {**about, "encoding": "none", "content": ""}
    return {**about, "encoding": "base64", "content": base64.encodebytes(node.data).decode()}


def issue(project: Project, one: work.Issue) -> Json:
    """Return an issue."""
    place = f"{project.api_url}/repos/{project.full_name}"
    page = f"{project.web_url}/{project.full_name}/{'pull' if one.is_pull_request else 'issues'}/{one.number}"
    body: Json = {
        "id": project.repository.id * 1000 + one.number,
        "url": f"{place}/issues/{one.number}",
        "repository_url": place,
        "comments_url": f"{place}/issues/{one.number}/comments",
        "html_url": page,
        "number": one.number,
        "title": one.title,
        "user": project.account(one.author_id),
        "labels": labels(one),
        "state": "closed" if one.is_closed else "open",
        "state_reason": "completed" if one.is_closed else None,
        "locked": False,
        "assignees": [account for each in one.assignee_ids if (account := project.account(each))],
        "milestone": None,
        "comments": one.comments,
        "created_at": timestamp(one.created_at),
        "updated_at": timestamp(one.updated_at),
        "closed_at": timestamp(one.updated_at) if one.is_closed else None,
        "author_association": "NONE",
        "body": one.body,
    }
    return {**body, "pull_request": {"url": f"{place}/pulls/{one.number}", "html_url": page}} if one.is_pull_request else body


def labels(one: work.Issue) -> list[Json]:
    """Return an issue's labels."""
    return [{"id": len(name), "name": name, "color": "ededed", "default": False, "description": None} for name in one.labels]


def comment(project: Project, one: work.Issue, place: int) -> Json:
    """Return a comment, counted from 0."""
    author_id, text, created_at = work.comment(one, place)
    return {
        "id": one.number * 1000 + place,
        "html_url": f"{project.web_url}/{project.full_name}/issues/{one.number}#issuecomment-{one.number * 1000 + place}",
        "user": project.account(author_id),
        "created_at": timestamp(created_at),
        "updated_at": timestamp(created_at),
        "author_association": "NONE",
        "body": text,
    }


def pull_request(project: Project, one: work.Issue) -> Json:
    """Return a pull request as in a list."""
    place = f"{project.api_url}/repos/{project.full_name}"
    merged_at = timestamp(one.updated_at) if one.is_closed else None
    return {
        "id": project.repository.id * 1000 + one.number,
        "url": f"{place}/pulls/{one.number}",
        "html_url": f"{project.web_url}/{project.full_name}/pull/{one.number}",
        "number": one.number,
        "state": "closed" if one.is_closed else "open",
        "locked": False,
        "title": one.title,
        "user": project.account(one.author_id),
        "body": one.body,
        "labels": labels(one),
        "draft": one.number % 2 == 1,
        "created_at": timestamp(one.created_at),
        "updated_at": timestamp(one.updated_at),
        "closed_at": merged_at,
        "merged_at": merged_at,
        "head": {"label": f"{project.owner.login}:change-{one.number}", "ref": f"change-{one.number}", "sha": "1" * 40},
        "base": {"label": f"{project.owner.login}:main", "ref": "main", "sha": "2" * 40},
    }


def pull_request_details(project: Project, one: work.Issue) -> Json:
    """Return a pull request by itself."""
    changed = work.changes(one)
    return {
        **pull_request(project, one),
        "merged": one.is_closed,
        "mergeable": None if one.is_closed else True,
        "comments": one.comments,
        "commits": 2,
        "additions": sum(each.additions for each in changed),
        "deletions": sum(each.deletions for each in changed),
        "changed_files": len(changed),
    }


def change(project: Project, one: work.Change) -> Json:
    """Return a file of a pull request."""
    about: Json = {
        "sha": "3" * 40,
        "filename": one.path,
        "status": one.status,
        "additions": one.additions,
        "deletions": one.deletions,
        "changes": one.additions + one.deletions,
        "blob_url": f"{project.web_url}/{project.full_name}/blob/main/{quote(one.path)}",
    }
    return about if one.patch is None else {**about, "patch": one.patch}
