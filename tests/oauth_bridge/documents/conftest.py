"""A site that publishes documents, in the place of the internet."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from oauth_bridge.documents import requests
from tests.support.document_site import DocumentSite, document_site


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[DocumentSite]:
    """Return a running site; every name of the product's own fetcher leads to it."""
    cache.clear()
    with document_site() as running:
        monkeypatch.setattr(requests, "fetcher", running.fetcher())
        yield running
    cache.clear()
