"""The side navigation, in the operator's words. An entry is left out where there is no page, or no right to see it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from mcpserver.dashboard import waiting
from mcpserver.dashboard.roles import Right, may


@dataclass(frozen=True, slots=True)
class Page:
    """One entry. ``name`` is of the URL pattern; ``waits`` says which number of what waits is shown beside it."""

    label: str
    name: str
    icon: str = ""
    right: Right = "view"
    waits: str = ""
    below: tuple["Page", ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as shown. ``current`` is ``page`` for the page itself, ``within`` for one below it, else empty."""

    label: str
    url: str
    icon: str
    waiting: int
    current: str
    below: list["Entry"] = field(default_factory=list)


PAGES = (
    Page("Overview", "admin:index", "overview"),
    Page("Set-up", "admin:setup", "setup"),
    Page("Connection doctor", "admin:doctor", "doctor"),
    Page(
        "People",
        "admin:oauth_bridge_person_changelist",
        "people",
        waits="requests",
        below=(
            Page("Who may sign in", "admin:oauth_bridge_allowrule_changelist"),
            Page("Requests for access", "admin:oauth_bridge_accessrequest_changelist", waits="requests"),
        ),
    ),
    Page("Sessions", "admin:oauth_bridge_session_changelist", "sessions"),
    Page(
        "Clients",
        "admin:oauth_bridge_client_changelist",
        "clients",
        below=(
            Page("Trusted hosts", "admin:oauth_bridge_clienthost_changelist"),
            Page("Client documents", "admin:oauth_bridge_clientdocument_changelist"),
            Page("Other services", "admin:oauth_bridge_resourceserver_changelist"),
        ),
    ),
    Page("Tools", "admin:tools", "tools"),
    Page("Audit", "admin:audit", "audit", below=(Page("Tool calls", "admin:calls"),)),
    Page("Operators", "admin:operators", "operators", right="own"),
)


def entries(request: HttpRequest) -> list[Entry]:
    """Return the navigation for who asks. One query: what waits."""
    counts = waiting.counts()
    return list(_entries(PAGES, request, counts))


def _entries(pages: Iterable[Page], request: HttpRequest, counts: dict[str, int]) -> Iterable[Entry]:
    for page in pages:
        try:
            url = reverse(page.name)
        except NoReverseMatch:
            continue
        if not may(request, page.right):
            continue
        below = list(_entries(page.below, request, counts))
        yield Entry(page.label, url, page.icon, counts.get(page.waits, 0), _current(request.path, url, below), below)


def _current(path: str, url: str, below: list[Entry]) -> str:
    if path == url:
        return "page"
    # The overview's address is the beginning of every other.
    is_within = url != reverse("admin:index") and path.startswith(url)
    return "within" if is_within or any(entry.current for entry in below) else ""
