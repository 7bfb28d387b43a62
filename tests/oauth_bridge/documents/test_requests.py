"""Few fetches at once, and none from a site that failed a moment ago (AS-67)."""

import threading
from http.server import BaseHTTPRequestHandler

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisUnreachable

from oauth_bridge.documents import requests
from oauth_bridge.documents.fetch import FetchFailed
from oauth_bridge.models import ClientHost
from oauth_bridge.protocol.client_documents import InvalidDocument
from tests.support.document_site import URL, DocumentSite, document, page

pytestmark = pytest.mark.django_db
OTHER = "https://client.example/other.json"
MINUTE = 60


class Clock:
    """The time that the back-off sees."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        """Return the time that was set."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a clock that stands until it is moved."""
    found = Clock()
    monkeypatch.setattr(requests, "time", found)
    return found


def get(url: str = URL) -> requests.Fetched[bytes]:
    return requests.get(url, max_bytes=1000, read=lambda body: body)


def refuse(_body: bytes) -> bytes:
    raise InvalidDocument("no")


def test_a_site_that_fails_is_left_alone_longer_and_longer(site: DocumentSite, clock: Clock) -> None:
    for seconds in (30, 60, 120, 240):
        asked = len(site.requests)
        with pytest.raises(FetchFailed, match="404"):
            get()
        for _ in range(3):
            with pytest.raises(requests.NotTried):
                get()
        assert len(site.requests) == asked + 1
        clock.now += seconds - 1
        with pytest.raises(requests.NotTried):
            get()
        clock.now += 2


def test_the_pause_is_bounded_and_ends_with_an_answer(site: DocumentSite, clock: Clock) -> None:
    for _ in range(20):
        with pytest.raises(FetchFailed):
            get()
        clock.now += requests.MAX_BACK_OFF_SECONDS + 1
    site.publish(document())
    assert get().is_new
    site.pages.clear()
    with pytest.raises(FetchFailed, match="404"):
        get()
    clock.now += requests.BACK_OFF_SECONDS + 1
    with pytest.raises(FetchFailed, match="404"):
        get()


def test_an_unusable_answer_counts_as_a_failure(site: DocumentSite, clock: Clock) -> None:
    site.publish(document())
    with pytest.raises(InvalidDocument):
        requests.get(URL, max_bytes=1000, read=refuse)
    with pytest.raises(requests.NotTried):
        get()


def test_one_document_that_fails_does_not_stop_its_neighbour(site: DocumentSite) -> None:
    """A stranger who asks for what is not there must not close a maker's whole site."""
    site.publish(document(OTHER))
    with pytest.raises(FetchFailed):
        get(URL)
    assert get(OTHER).is_new


def test_a_blocked_host_is_never_asked(site: DocumentSite) -> None:
    ClientHost.objects.create(host="client.example", trust=ClientHost.Trust.BLOCKED)
    site.publish(document())
    with pytest.raises(FetchFailed, match="blocked"):
        get()
    assert (site.lookups, site.connections) == ([], 0)


def test_few_fetches_run_at_once_and_known_hosts_have_their_own_room(site: DocumentSite) -> None:
    """The one too many is told to come again, and does not wait; the clients of most people are served all the same."""
    arrived, release = threading.Semaphore(0), threading.Event()

    def hold(handler: BaseHTTPRequestHandler) -> None:
        arrived.release()
        release.wait(10)
        page(document())(handler)

    urls = [f"https://client.example/{number}" for number in range(requests.MAX_AT_ONCE)]
    site.pages |= {"/" + url.rsplit("/", 1)[1]: hold for url in urls}
    site.publish(document(OTHER))
    known = site.publish(document("https://claude.ai/oauth/client"))
    # The blocked ones have no database: the trust in their host is looked up before they are let loose.
    done: list[object] = []
    threads = [threading.Thread(target=lambda url=url: done.append(_get_without_rows(url))) for url in urls]
    for thread in threads:
        thread.start()
    for _ in urls:
        assert arrived.acquire(timeout=5)
    with pytest.raises(requests.Busy):
        get(OTHER)
    assert get(known).is_new
    release.set()
    for thread in threads:
        thread.join(10)
    assert done == [True] * requests.MAX_AT_ONCE
    # Nothing failed: what was told to wait is not punished for it.
    assert get(OTHER).is_new


def _get_without_rows(url: str) -> bool:
    with requests._slot(is_known=False):
        return requests.fetcher.get(url, max_bytes=1000).body is not None


def test_without_the_shared_cache_fetches_go_on(site: DocumentSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RedisUnreachable

    for name in ("get", "set", "delete"):
        monkeypatch.setattr(cache, name, fail)
    for _ in range(2):
        with pytest.raises(FetchFailed, match="404"):
            get()
    site.publish(document())
    assert get().is_new
