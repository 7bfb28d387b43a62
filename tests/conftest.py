"""What every test may ask for: a GitHub at the network's edge, and the whole server over real HTTP."""

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.db import OperationalError, connection

from oauth_bridge.chain import triggers
from oauth_bridge.github.simulator.server import Simulator
from tests.support import witness
from tests.support.flow import Browser, close_all

pytest_plugins = ["tools.testing"]

DEADLOCK_DETECTED = "40P01"

# Before any consumer is made; servers that tests start read the variable.
_COMPLAINTS = Path(tempfile.mkdtemp(prefix="gatehouse-witness-"))
os.environ[witness.VARIABLE] = str(_COMPLAINTS)
WITNESS = witness.install(_COMPLAINTS)


@pytest.fixture(autouse=True)
def every_message_fits_its_schema() -> Iterator[None]:
    """Fail a test in which the server sent what the official schema of the revision does not allow."""
    yield
    assert witness.complaints(_COMPLAINTS) == []


@pytest.fixture(autouse=True, scope="session")
def between_tests_the_audit_is_emptied() -> Iterator[None]:
    """Let Django empty the tables after a test: SQLite's triggers keep sealed events from that, and come back with it.

    PostgreSQL truncates, which no trigger of a row sees. That locks every table, in an order of its own: a server that
    still tidies up behind the test's last stream may hold one of them and want another, and PostgreSQL then refuses one
    of the two. When it is the test's statement, the server is done by the next try.
    """
    operations = type(connection.ops)
    original = operations.execute_sql_flush

    def flush(own: Any, statements: list[str]) -> None:
        before = [f"DROP TRIGGER IF EXISTS {name}" for name in triggers.NAMES] if connection.vendor == "sqlite" else []
        for _ in range(2):
            try:
                original(own, before + statements)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != DEADLOCK_DETECTED:
                    raise
            else:
                return
        original(own, before + statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush)
        yield


@dataclass(frozen=True, slots=True)
class Live:
    """A running server in this process, on the test database."""

    url: str
    simulator: Simulator

    def browser(self) -> Browser:
        """Return a new browser, of somebody who is not signed in."""
        return Browser(self.url, self.simulator)


@pytest.fixture(scope="session")
def simulator_server() -> Iterator[Simulator]:
    """Run the GitHub simulator for the whole run, at the port that the settings name."""
    with Simulator().start(settings.SIMULATOR_TEST_PORT) as simulator:
        yield simulator


@pytest.fixture
def simulator(simulator_server: Simulator) -> Simulator:
    """Return the simulator as new: no faults, no revocations, no record of requests."""
    simulator_server.reset()
    return simulator_server


@pytest.fixture(scope="session")
def live_server_thread(django_db_setup: None, django_db_blocker: Any) -> Iterator[uvicorn.Server]:
    """Run the real application under uvicorn in a thread, at ``PUBLIC_URL``."""
    from mcpserver.asgi import application
    from tests.support import pause

    server = uvicorn.Server(
        uvicorn.Config(
            application,
            host="127.0.0.1",
            port=settings.PORT,
            lifespan="off",
            log_config=None,
            access_log=False,
            # As in production: uvicorn would believe anybody on loopback who claims another address.
            proxy_headers=False,
        )
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), name="live", daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    paused = pause.install(thread)
    yield server
    server.should_exit = True
    thread.join(10)
    paused.undo()
    with django_db_blocker.unblock():
        _disconnect_others()


def _disconnect_others() -> None:
    """End what the server's idle threads still have open: PostgreSQL deletes no database that somebody is connected to."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def live(transactional_db: None, live_server_thread: uvicorn.Server, simulator: Simulator) -> Iterator[Live]:
    """Return the running server, with Alice on its list."""
    from django.core.cache import cache

    from mcpserver import bearer, policies
    from oauth_bridge.models import AllowRule
    from tests.support import pause

    cache.clear()
    bearer.CACHE.forget()
    AllowRule.objects.create(login="alice")
    pause.begin()
    yield Live(settings.PUBLIC_URL, simulator)
    close_all()
    _wait_for_its_end(live_server_thread)
    pause.end()
    # What this test decided about tools must not hold in one without a database.
    policies.POLICIES.forget()


def _wait_for_its_end(server: uvicorn.Server) -> None:
    """Wait until nothing is under way: the server tidies up behind a stream that was left, and the tables are emptied next."""
    deadline = time.monotonic() + 5
    while server.server_state.tasks and time.monotonic() < deadline:
        time.sleep(0.005)
