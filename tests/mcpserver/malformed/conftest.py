"""The whole application in this process: the wrapper around all, the routes, the consumers."""

import pytest

from mcpserver.edge.types import App


@pytest.fixture
def app(alice: object) -> App:
    """Return the application, in which every request is Alice's."""
    from mcpserver.asgi import application

    return application
