"""What a caller may ask of GitHub, in the caller's own name."""

from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from tools.github import errors, http
from tools.github.models import Email, Repository, RepositoryPage, User

Visibility = Literal["all", "public", "private"]
_Model = TypeVar("_Model")

_USER = TypeAdapter(User)
_EMAILS = TypeAdapter(list[Email])
_REPOSITORIES = TypeAdapter(list[Repository])


class GitHub:
    """GitHub's REST API for one caller. Every method raises ``errors.GitHubError``, worded for that caller."""

    def __init__(self, *, token: Callable[[], Awaitable[str]], token_refused: Callable[[], Awaitable[None]]) -> None:
        self._token = token
        self._token_refused = token_refused

    async def user(self) -> User:
        """Return the account that the credential belongs to (``GET /user``)."""
        return _parse(_USER, await self._get(http.Path.USER))

    async def emails(self) -> list[Email]:
        """Return the account's e-mail addresses (``GET /user/emails``); Forbidden when GitHub was not asked for them."""
        return _parse(_EMAILS, await self._get(http.Path.EMAILS, per_page=100))

    async def repositories(self, *, limit: int, page: int, visibility: Visibility) -> RepositoryPage:
        """Return one page of the account's own repositories, newest push first (``GET /user/repos``)."""
        order = {"affiliation": "owner", "sort": "pushed", "direction": "desc"}
        answer = await self._get(http.Path.REPOSITORIES, **order, visibility=visibility, per_page=limit, page=page)
        return RepositoryPage(_parse(_REPOSITORIES, answer), answer.has_next)

    async def _get(self, path: http.Path, **params: int | str) -> http.Answer:
        token = await self._token()
        try:
            return await http.get(path, token=token, params=params)
        except errors.TokenRefused:
            await self._token_refused()
            raise


def _parse(adapter: TypeAdapter[_Model], answer: http.Answer) -> _Model:
    try:
        return adapter.validate_python(answer.value)
    except ValidationError:
        # Without the cause: it quotes what GitHub sent.
        raise errors.Unexpected from None
