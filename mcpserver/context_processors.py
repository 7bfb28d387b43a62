"""What every page knows about this server."""

from dataclasses import dataclass

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.http import HttpRequest

from mcpserver import __version__
from wire import request_id


@dataclass(frozen=True, slots=True)
class Site:
    """This server as its pages name it. Nothing in it comes from the request but the reference, which we made ourselves."""

    name: str
    public_url: str
    mcp_url: str
    version: str
    simulator: bool
    reference: str


def current_site() -> Site:
    """Return the site as it stands for the request being served.

    ``public_url`` has no trailing slash; ``simulator`` tells that people sign in at the GitHub simulator (development only).
    """
    return Site(
        name="Gatehouse",
        public_url=settings.PUBLIC_URL,
        mcp_url=f"{settings.PUBLIC_URL}/mcp",
        version=__version__,
        simulator=settings.GITHUB_SIMULATOR,
        reference=request_id.current.get(),
    )


def site(request: HttpRequest) -> dict[str, object]:
    """Return ``site``, a :class:`Site`, and ``signed_in_as``, the login of the browser session's person, for every template.

    The login is looked up only where a template asks for it.
    """
    return {"site": current_site(), "signed_in_as": lambda: _login(request)}


def _login(request: HttpRequest) -> str:
    """Return the GitHub login of who is signed in to the pages; empty for nobody, and for an operator with a password."""
    # Here, and not above: error pages are loaded at the start, and what this needs is not.
    from oauth_bridge.views.authorization import signed_in_person

    try:
        person = signed_in_person(request) if hasattr(request, "user") else None
    except AnyDatabaseError:
        # The page that says so must not fail for the same reason.
        return ""
    return person.login if person else ""
