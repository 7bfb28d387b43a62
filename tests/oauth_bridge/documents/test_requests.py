"""Few fetches at once, and none from a site that failed a moment ago (AS-67)."""

import threading
from contextlib import ExitStack

import pytest
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisUnreachable

from oauth_bridge import shared_cache
from oauth_bridge.documents import requests, slots
from oauth_bridge.documents.fetch import FetchFailed
from oauth_bridge.models import ClientHost
from oauth_bridge.protocol.client_documents import InvalidDocument
from tests.support.document_site import URL, DocumentSite, document
from wire import caller

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


def test_a_host_that_cannot_be_had_is_left_alone_whatever_the_path(site: DocumentSite, clock: Clock) -> None:
    """Else one domain without a server would cost five seconds of a place for each path that somebody makes up."""
    site.is_down = True
    with pytest.raises(FetchFailed, match="no address"):
        get(URL)
    with pytest.raises(requests.NotTried):
        get(OTHER)
    site.is_down = False
    site.publish(document("https://other.example/client.json"))
    assert get("https://other.example/client.json").is_new
    site.publish(document(OTHER))
    clock.now += requests.BACK_OFF_SECONDS + 1
    assert get(OTHER).is_new


def test_a_page_that_hangs_closes_itself_and_not_its_site(
    site: DocumentSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger who finds one slow page of a good site must not close the site with it."""
    released = threading.Event()

    def hang(_: object) -> None:
        released.wait(10)

    monkeypatch.setattr(requests, "fetcher", site.fetcher(total_seconds=0.3))
    site.pages["/client.json"] = hang
    site.publish(document(OTHER))
    with pytest.raises(FetchFailed, match="no answer"):
        get(URL)
    released.set()
    monkeypatch.setattr(requests, "fetcher", site.fetcher())
    assert get(OTHER).is_new


def test_the_one_too_many_is_told_to_come_again_and_is_not_punished(site: DocumentSite) -> None:
    site.publish(document())
    with ExitStack() as held:
        for number in range(slots.OF_ONE["host"]):
            held.enter_context(requests.slots.taken("client.example", f"192.0.2.{number}", is_known=False))
        with pytest.raises(requests.Busy):
            get()
    assert get().is_new
    assert len(requests.slots) == 0


def test_a_place_is_taken_for_the_caller_of_the_request_and_given_back(site: DocumentSite) -> None:
    """The address is the one that the outermost wrapper found."""
    site.publish(document())
    token = caller.address.set("192.0.2.1")
    try:
        with ExitStack() as held:
            for number in range(slots.OF_ONE["caller"]):
                held.enter_context(requests.slots.taken(f"{number}.example", "192.0.2.1", is_known=False))
            with pytest.raises(requests.Busy):
                get()
            caller.address.set("192.0.2.2")
            assert get().is_new
        site.pages.clear()
        with pytest.raises(FetchFailed, match="404"):
            get(OTHER)
    finally:
        caller.address.reset(token)
    assert len(requests.slots) == 0


def test_without_the_shared_cache_sites_that_fail_are_left_alone_all_the_same(
    site: DocumentSite, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    class Lost:
        def _fail(self, *_: object, **__: object) -> None:
            raise RedisUnreachable

        get = set = delete = _fail

    settings.REDIS_URL = "redis://10.0.0.1"
    monkeypatch.setattr(shared_cache, "cache", Lost())
    monkeypatch.setattr(shared_cache, "_rest", shared_cache._Rest())
    shared_cache._OWN.clear()
    with pytest.raises(FetchFailed, match="404"):
        get()
    with pytest.raises(requests.NotTried):
        get()
    site.publish(document(OTHER))
    assert get(OTHER).is_new
    shared_cache._OWN.clear()
