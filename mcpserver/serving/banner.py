"""What a person needs to know once the server runs. No secrets."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

_ENGINES = {"sqlite3": "SQLite", "postgresql": "PostgreSQL"}


def start_up_text(server: str, workers: int, address: str) -> str:
    """Return the text for standard output; ``address`` is where the server listens, as ``host:port``."""
    rows = [
        ("MCP clients", f"{settings.PUBLIC_URL}/mcp"),
        ("People", f"{settings.PUBLIC_URL}/"),
        ("Admin", f"{settings.PUBLIC_URL}/admin/"),
        *(("", hint) for hint in _admin_hints()),
        ("Sign-in", _sign_in()),
        ("Serving", f"{server}, {_count(workers)}, {_database()}, on {address}"),
    ]
    lines = "\n".join(f"  {name:<12} {value}" for name, value in rows)
    return f"Gatehouse is running.\n\n{lines}\n\nStop it with Ctrl-C.\n"


def _admin_hints() -> Iterator[str]:
    file = settings.VAR_DIR / "first-admin.txt"
    if file.exists():
        yield f"admin login: see {file}"


def _sign_in() -> str:
    if settings.GITHUB_SIMULATOR:
        people = ", ".join(settings.ALLOWED_USERNAMES)
        return f"GitHub simulator at {settings.GITHUB_URL} (development only). On the list: {people}"
    host = urlsplit(settings.GITHUB_URL).netloc
    return "GitHub" if host == "github.com" else f"GitHub Enterprise Server at {host}"


def _count(workers: int) -> str:
    return "1 worker" if workers == 1 else f"{workers} workers"


def _database() -> str:
    engine = str(settings.DATABASES["default"]["ENGINE"]).rpartition(".")[2]
    return _ENGINES.get(engine, engine)
