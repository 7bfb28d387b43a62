"""What every page knows about this server."""

from dataclasses import dataclass

from django.conf import settings
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


def site(request: HttpRequest) -> dict[str, Site]:  # noqa: ARG001 -- the signature of a context processor
    """Return ``{"site": Site}`` for every template."""
    return {"site": current_site()}
