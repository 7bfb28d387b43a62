"""A dashboard with a month behind it."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client as Http
from django.utils import timezone

from mcpserver.dashboard import demo
from oauth_bridge.models import Person


@pytest.fixture
def owner(db: None, client: Http) -> Http:
    """Return the browser of an owner."""
    client.force_login(Person.objects.create_superuser("root", "a long pass phrase for tests"))
    return client


@pytest.fixture
def month(db: None) -> None:
    """Fill the database as ``make demo`` does, with less."""
    demo.fill(demo.Size(people=20, sessions=40, calls=300), now=timezone.now(), public_url="http://localhost")


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Forget what pages keep for some seconds."""
    cache.clear()
    yield
    cache.clear()
