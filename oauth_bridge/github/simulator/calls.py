"""A call of the REST API, an endpoint, and GitHub's way to refuse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oauth_bridge.github.simulator.messages import Request, Response, json_response
from oauth_bridge.github.simulator.people import Person
from oauth_bridge.github.simulator.scopes import covers
from oauth_bridge.github.simulator.state import State
from oauth_bridge.github.simulator.tokens import Token


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API, with what its path names in ``parts``. ``token`` is None for an anonymous one."""

    state: State
    request: Request
    path: str
    parts: Mapping[str, str]
    token: Token | None

    @property
    def person(self) -> Person:
        """Return whose token it is.

        Raises:
            LookupError: the call is anonymous; endpoints that ask are not open to those.
        """
        person = self.state.people.by_id(self.token.person_id) if self.token else None
        if person is None:
            raise LookupError("an anonymous call belongs to nobody")
        return person

    @property
    def web_url(self) -> str:
        """Return the web root, without a trailing slash."""
        return self.request.base_url

    @property
    def api_url(self) -> str:
        """Return the API's root, without a trailing slash."""
        return self.request.base_url + "/api/v3"

    def may(self, *scopes: str) -> bool:
        """Return whether the token has one of ``scopes``, by itself or inside a wider one."""
        return self.token is not None and covers(self.token.scopes, frozenset(scopes))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A row of the API's table. ``pattern`` is a regular expression over the whole path below the API's root."""

    method: str
    pattern: str
    answer: Callable[[Call], Response]
    accepted_scopes: tuple[str, ...] = ()
    anonymous: bool = False


def refusal(status: int, message: str, *, page: str = "", errors: list[dict[str, str]] | None = None) -> Response:
    """Return an error as the API words it; ``page`` is the part of the documentation's address below ``/rest``."""
    body: dict[str, object] = {"message": message}
    if errors is not None:
        body["errors"] = errors
    url = f"https://docs.github.com/rest/{page}".rstrip("/")
    return json_response({**body, "documentation_url": url, "status": str(status)}, status=status)


def not_found() -> Response:
    """Return the answer for what is not there, or must not be seen: GitHub makes no difference."""
    return refusal(404, "Not Found")


def invalid(resource: str, field: str) -> Response:
    """Return the answer for a parameter with a value that GitHub does not take."""
    return refusal(422, "Validation Failed", errors=[{"resource": resource, "field": field, "code": "invalid"}])
