"""Who this server says it is and what it offers, put together from the settings and the catalog."""

from django.conf import settings

from mcpserver import __version__
from mcpserver.protocol import tasks, versions
from mcpserver.protocol.server import Features, Server
from mcpserver.protocol.versions import Revision
from tools.catalog import CATALOG
from tools.registry import Catalog


def server(served: tuple[Revision, ...] = versions.REVISIONS) -> Server:
    """Return the server as a transport that serves these revisions shows it."""
    return Server(version=__version__, website_url=settings.PUBLIC_URL, features=features(CATALOG), served=served)


def features(catalog: Catalog) -> Features:
    """Return what works with this catalog."""
    completers = [each.completers for each in catalog.resources] + [each.completers for each in catalog.prompts]
    return Features(
        tools=len(catalog) > 0,
        resources=bool(catalog.resources),
        subscriptions=any(each.subscribable for each in catalog.resources),
        prompts=bool(catalog.prompts),
        completions=any(completers),
        extensions=(tasks.EXTENSION,) if any(tool.task != "never" for tool in catalog) else (),
    )
