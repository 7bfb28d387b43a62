"""The application that every server runs: the outermost wrapper, then MCP to its consumer and the rest to Django."""

import os

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcpserver.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402  settings and models are ready from here on

from mcpserver.consumers import McpConsumer, MessagesConsumer, SseConsumer  # noqa: E402
from mcpserver.edge import Edge, EdgeConfig  # noqa: E402
from mcpserver.pages_handler import PagesHandler  # noqa: E402
from mcpserver.serving import drain  # noqa: E402
from tools import github  # noqa: E402

# Channels routes to applications, where Django's types ask for views.
http = URLRouter(
    [
        re_path(r"^mcp/?$", McpConsumer.as_asgi()),  # type: ignore[arg-type]
        re_path(r"^sse/?$", SseConsumer.as_asgi()),  # type: ignore[arg-type]
        re_path(r"^messages/?$", MessagesConsumer.as_asgi()),  # type: ignore[arg-type]
        re_path(r"", PagesHandler()),  # type: ignore[arg-type]
    ]
)


async def _close() -> None:
    # Tasks may ask GitHub until they have ended.
    await drain.held()
    await github.close()


application = Edge(ProtocolTypeRouter({"http": http}), config=EdgeConfig.from_settings(settings), closing=_close)
