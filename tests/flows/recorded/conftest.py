"""The internet, as far as the clients' own documents and keys go."""

from collections.abc import Iterator

import pytest

from oauth_bridge.documents import requests
from tests.conftest import Live
from tests.support.document_site import DocumentSite, document_site


@pytest.fixture
def site(live: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[DocumentSite]:
    """Return the sites that the clients publish at; names lead there instead of to the internet."""
    with document_site() as running:
        monkeypatch.setattr(requests, "fetcher", running.fetcher())
        yield running
