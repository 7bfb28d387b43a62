"""What a caller may ask of GitHub, in the caller's own name."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from tools.github import errors, http, paths
from tools.github.models import (
    ChangedFile,
    Comment,
    Email,
    Entry,
    FoundRepositories,
    Issue,
    Page,
    PullRequest,
    PullRequestDetails,
    Repository,
    RepositoryDetails,
    User,
)

Visibility = Literal["all", "public", "private"]
Affiliation = Literal["owner", "collaborator", "organization_member"]
RepositoryOrder = Literal["pushed", "updated", "created", "full_name"]
SearchOrder = Literal["best_match", "stars", "forks", "updated"]
IssueFilter = Literal["assigned", "created", "mentioned", "subscribed"]
State = Literal["open", "closed", "all"]
Order = Literal["created", "updated"]
_Model = TypeVar("_Model")

_USER = TypeAdapter(User)
_EMAILS = TypeAdapter(list[Email])
_REPOSITORY = TypeAdapter(RepositoryDetails)
_REPOSITORIES = TypeAdapter(list[Repository])
_FOUND = TypeAdapter(FoundRepositories)
_CONTENTS = TypeAdapter(Entry | list[Entry])
_ISSUE = TypeAdapter(Issue)
_ISSUES = TypeAdapter(list[Issue])
_COMMENTS = TypeAdapter(list[Comment])
_PULL_REQUEST = TypeAdapter(PullRequestDetails)
_PULL_REQUESTS = TypeAdapter(list[PullRequest])
_FILES = TypeAdapter(list[ChangedFile])


class GitHub:
    """GitHub's REST API for one caller. Every method raises ``errors.GitHubError``, worded for that caller.

    Pages count from 1. Whether the caller's session may see what the credential may see is not judged here.
    """

    def __init__(
        self, *, github_id: int, token: Callable[[], Awaitable[str]], token_refused: Callable[[], Awaitable[None]]
    ) -> None:
        self._github_id = github_id
        self._token = token
        self._token_refused = token_refused

    async def user(self) -> User:
        """Return the account that the credential belongs to (``GET /user``)."""
        return _parse(_USER, await self._get(paths.USER))

    async def emails(self) -> list[Email]:
        """Return the account's e-mail addresses (``GET /user/emails``); Forbidden when GitHub was not asked for them."""
        return _parse(_EMAILS, await self._get(paths.EMAILS, per_page=100))

    async def repositories(
        self,
        *,
        limit: int,
        page: int,
        visibility: Visibility,
        affiliation: tuple[Affiliation, ...] = ("owner",),
        sort: RepositoryOrder = "pushed",
    ) -> Page[Repository]:
        """Return one page of the account's repositories (``GET /user/repos``), newest first, or by name."""
        order = {"affiliation": ",".join(affiliation), "sort": sort, "direction": "asc" if sort == "full_name" else "desc"}
        answer = await self._get(paths.OWN_REPOSITORIES, **order, visibility=visibility, per_page=limit, page=page)
        return _page(_REPOSITORIES, answer)

    async def repository(self, owner: str, name: str) -> RepositoryDetails:
        """Return one repository (``GET /repos/{owner}/{repo}``)."""
        return _parse(_REPOSITORY, await self._get(paths.repository(owner, name)))

    async def search_repositories(self, query: str, *, sort: SearchOrder, limit: int, page: int) -> FoundRepositories:
        """Return one page of what GitHub finds (``GET /search/repositories``), of 1000 results at most."""
        order = {} if sort == "best_match" else {"sort": sort, "order": "desc"}
        return _parse(_FOUND, await self._get(paths.SEARCH_REPOSITORIES, q=query, **order, per_page=limit, page=page))

    async def contents(self, owner: str, name: str, path: str, *, ref: str) -> Entry | list[Entry]:
        """Return a file with its content, or a directory's entries (``GET /repos/{owner}/{repo}/contents/{path}``).

        ``ref`` is a branch, a tag or a commit, ``""`` for the default branch. A file beyond 1 MB comes without content.
        """
        answer = await self._get(paths.contents(owner, name, path), **({"ref": ref} if ref else {}))
        return _parse(_CONTENTS, answer)

    async def issues(
        self, owner: str, name: str, *, state: State, sort: Order, labels: str, limit: int, page: int
    ) -> Page[Issue]:
        """Return one page of a repository's issues, pull requests among them (``GET /repos/{owner}/{repo}/issues``)."""
        asked = {"state": state, "sort": sort, "direction": "desc"} | ({"labels": labels} if labels else {})
        return _page(_ISSUES, await self._get(paths.issues(owner, name), **asked, per_page=limit, page=page))

    async def own_issues(
        self, *, about: IssueFilter, state: State, sort: Order, labels: str, limit: int, page: int
    ) -> Page[Issue]:
        """Return one page of the issues that concern the account, in all repositories (``GET /issues``)."""
        asked = {"filter": about, "state": state, "sort": sort, "direction": "desc"} | ({"labels": labels} if labels else {})
        return _page(_ISSUES, await self._get(paths.OWN_ISSUES, **asked, per_page=limit, page=page))

    async def issue(self, owner: str, name: str, number: int) -> Issue:
        """Return one issue (``GET /repos/{owner}/{repo}/issues/{number}``)."""
        return _parse(_ISSUE, await self._get(paths.issue(owner, name, number)))

    async def comments(self, owner: str, name: str, number: int, *, limit: int, page: int) -> Page[Comment]:
        """Return one page of an issue's comments, oldest first."""
        return _page(_COMMENTS, await self._get(paths.comments(owner, name, number), per_page=limit, page=page))

    async def create_issue(self, owner: str, name: str, *, title: str, body: str, labels: list[str]) -> Issue:
        """Create an issue and return it (``POST /repos/{owner}/{repo}/issues``). Never sent twice."""
        sent: dict[str, Any] = {"title": title} | ({"body": body} if body else {}) | ({"labels": labels} if labels else {})
        answer = await self._ask(lambda caller: http.post(paths.issues(owner, name), caller=caller, body=sent))
        try:
            return _parse(_ISSUE, answer)
        except errors.Unexpected:
            raise errors.WriteUnanswered from None

    async def pull_requests(
        self, owner: str, name: str, *, state: State, sort: Order, limit: int, page: int
    ) -> Page[PullRequest]:
        """Return one page of a repository's pull requests (``GET /repos/{owner}/{repo}/pulls``)."""
        asked = {"state": state, "sort": sort, "direction": "desc"}
        return _page(_PULL_REQUESTS, await self._get(paths.pull_requests(owner, name), **asked, per_page=limit, page=page))

    async def pull_request(self, owner: str, name: str, number: int) -> PullRequestDetails:
        """Return one pull request (``GET /repos/{owner}/{repo}/pulls/{number}``)."""
        return _parse(_PULL_REQUEST, await self._get(paths.pull_request(owner, name, number)))

    async def changed_files(self, owner: str, name: str, number: int, *, limit: int, page: int) -> Page[ChangedFile]:
        """Return one page of the files that a pull request changes, with their part of the diff."""
        return _page(_FILES, await self._get(paths.changed_files(owner, name, number), per_page=limit, page=page))

    async def _get(self, path: paths.Path, **params: int | str) -> http.Answer:
        return await self._ask(lambda caller: http.get(path, caller=caller, params=params))

    async def _ask(self, send: Callable[[http.Caller], Awaitable[http.Answer]]) -> http.Answer:
        caller = http.Caller(self._github_id, await self._token())
        try:
            return await send(caller)
        except errors.TokenRefused:
            await self._token_refused()
            raise


def _page(adapter: TypeAdapter[list[_Model]], answer: http.Answer) -> Page[_Model]:
    return Page(_parse(adapter, answer), answer.has_next, answer.is_partial)


def _parse(adapter: TypeAdapter[_Model], answer: http.Answer) -> _Model:
    try:
        return adapter.validate_python(answer.value)
    except ValidationError:
        # Without the cause: it quotes what GitHub sent.
        raise errors.Unexpected from None
