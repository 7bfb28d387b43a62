"""The whole product as a separate process: ``manage.py serve`` on a free port, with a database of its own.

with served(tmp_path, DATABASE_URL=url) as gatehouse:
    httpx2.get(f"{gatehouse.url}/health")
"""

import atexit
import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port
from tests.support.processes import PROJECT, Running, running, wait_until


@dataclass(frozen=True, slots=True)
class Served:
    """A running Gatehouse. ``simulator_url`` is the web origin of its GitHub simulator."""

    url: str
    simulator_url: str
    server: Running
    environment: dict[str, str]

    @property
    def output(self) -> str:
        """Return everything that it has written: start-up text and log."""
        return self.server.output

    def manage(self, *arguments: str) -> str:
        """Run another ``manage.py`` command on the same database; return what it prints."""
        return manage(self.environment, *arguments)


def environment_for(folder: Path, port: int, **changes: str) -> dict[str, str]:
    """Return the environment of a development server that keeps everything in ``folder``.

    Variables of the calling process that would change its meaning are overruled by empty ones; ``changes`` win.
    """
    unset = "SECRET_KEY SECRET_KEY_FALLBACKS DATABASE_URL REDIS_URL GITHUB_CLIENT_ID GITHUB_CLIENT_SECRET GITHUB_URL PUBLIC_URL"
    unset += " GITHUB_API_URL ALLOWED_USERNAMES ALLOWED_ORGS ALLOW_EVERYONE ADMIN_USERNAMES ENCRYPTION_KEYS"
    unset += " COOKIE_ENCRYPTION_KEY TRUSTED_PROXIES RATE_REGISTER RATE_TOKEN RATE_LOGIN AUDIT_RETENTION_DAYS"
    return {
        **dict.fromkeys(unset.split(), ""),
        "DJANGO_SETTINGS_MODULE": "tests.support.witnessed",
        "ENV_FILE": os.devnull,
        "DEBUG": "on",
        "PORT": str(port),
        "SIMULATOR_PORT": str(free_port()),
        "VAR_DIR": str(folder / "var"),
        "PYTHONUNBUFFERED": "1",
        **changes,
    }


def manage(environment: dict[str, str], *arguments: str, project: Path = PROJECT) -> str:
    """Run ``manage.py`` to its end and return what it prints; fail if it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=project,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def prepare(environment: dict[str, str]) -> None:
    """Make the tables; for SQLite by copying a database that is made once a test run."""
    if environment["DATABASE_URL"]:
        manage(environment, "migrate", "--verbosity", "0")
        return
    Path(environment["VAR_DIR"]).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_migrated_sqlite(), Path(environment["VAR_DIR"]) / "gatehouse.sqlite3")


@functools.cache
def _migrated_sqlite() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = environment_for(folder, free_port())
    manage(environment, "migrate", "--verbosity", "0")
    return Path(environment["VAR_DIR"]) / "gatehouse.sqlite3"


@contextmanager
def served(folder: Path, *, options: Sequence[str] = (), project: Path = PROJECT, **changes: str) -> Iterator[Served]:
    """Serve until the block ends, then stop with SIGTERM and demand a clean end.

    ``options`` go to ``serve`` (``["--server", "daphne"]``); ``changes`` are environment variables; ``project`` is the folder
    of ``manage.py``, for a copy of the product.
    """
    port = int(changes.get("PORT") or free_port())
    environment = environment_for(folder, port, **changes)
    prepare(environment)
    with running([str(project / "manage.py"), "serve", *options], folder, port=port, environment=environment) as server:
        wait_until(lambda: _is_up(server), f"the server did not come up:\n{server.output}")
        simulator_url = f"http://127.0.0.1:{environment['SIMULATOR_PORT']}"
        yield Served(f"http://localhost:{port}", simulator_url, server, environment)
        server.signal(signal.SIGTERM)
        assert server.wait() == 0, server.output


def _is_up(server: Running) -> bool:
    assert server.process.poll() is None, f"the server ended with {server.process.returncode}:\n{server.output}"
    try:
        return server.get("/health")[0] == 200
    except OSError:
        return False
