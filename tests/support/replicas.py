"""Server processes on the test database: rows are looked at with the ORM, and a process can be killed and started again.

with replicas(folder, simulator, 2) as house:
    OAuthClient.register(house.url)
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from django.conf import settings

from oauth_bridge.github.simulator.server import Simulator
from tests.support.flow import OAuthClient, connect
from tests.support.ports import free_port
from tests.support.processes import Running, running, wait_until
from tests.support.served import environment_for

_PLENTY = dict.fromkeys(("RATE_REGISTER", "RATE_TOKEN", "RATE_LOGIN"), "1000000/minute")


class Replica:
    """One of them: ``manage.py serve`` at a port of its own, for as long as its block lasts."""

    def __init__(self, stack: ExitStack, folder: Path, environment: dict[str, str]) -> None:
        self._stack, self._folder, self._environment = stack, folder, environment
        self.port = int(environment["PORT"])
        self.start()

    def start(self) -> None:
        """Start the process, for the first time or after it was killed; return once it serves."""
        self.begin()
        self.wait_until_up()

    def begin(self) -> None:
        """Start the process, and do not wait for it."""
        arguments = ["manage.py", "serve", "--host", "127.0.0.1"]
        self.server: Running = self._stack.enter_context(
            running(arguments, self._folder, port=self.port, environment=self._environment)
        )

    def wait_until_up(self) -> None:
        """Return once it serves."""
        wait_until(self._is_up, "a replica did not come up")

    def _is_up(self) -> bool:
        assert self.server.process.poll() is None, self.server.output
        try:
            return self.server.get("/health")[0] == 200
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class House:
    """Running replicas. ``url`` is the public URL, at which the first of them answers."""

    url: str
    replicas: list[Replica]

    @property
    def ports(self) -> list[int]:
        """Return the replicas' ports."""
        return [replica.port for replica in self.replicas]

    def door(self, number: int) -> httpx2.Client:
        """Return an HTTP client that reaches one replica under the public name."""
        return connect(f"http://127.0.0.1:{self.ports[number]}", Host=urlsplit(self.url).netloc, Origin=self.url)

    def at(self, number: int, client: OAuthClient) -> OAuthClient:
        """Return a client that asks one replica; it holds what ``client`` holds now."""
        return OAuthClient(
            self.door(number), client.client_id, client.client_secret, client.redirect_uri, client.verifier, client.tokens
        )

    def statuses(self, client: OAuthClient) -> list[int]:
        """Return what each replica answers to a call with the client's access token."""
        return [self.at(number, client).mcp().status_code for number in range(len(self.replicas))]

    def refuse_within_a_second(self, client: OAuthClient) -> None:
        """Fail unless every replica refuses the client's access token in time."""
        everywhere = [401] * len(self.replicas)
        wait_until(lambda: self.statuses(client) == everywhere, "a replica still accepts the token", seconds=1)


@contextmanager
def replicas(folder: Path, simulator: Simulator, count: int, **changes: str) -> Iterator[House]:
    """Serve until the block ends; then each must end cleanly, and have met no fault that it did not expect."""
    ports = [free_port() for _ in range(count)]
    url = f"http://localhost:{ports[0]}"
    with ExitStack() as stack:
        house = House(url, [])
        for number, port in enumerate(ports):
            own = folder / f"replica-{number}"
            own.mkdir()
            environment = environment_for(own, port, **_environment(url, simulator), **changes)
            house.replicas.append(Replica(stack, own, environment))
        yield house
        for replica in house.replicas:
            replica.server.signal(signal.SIGTERM)
        for replica in house.replicas:
            assert replica.server.wait() == 0, replica.server.output
            assert "Traceback" not in replica.server.output


def open_town() -> None:
    """Put Alice on the list, in tables that were emptied between two tests while the replicas went on.

    The epoch begins where it never was: counted from nothing again, it could come to a number that a replica has just read.
    """
    from oauth_bridge.models import AllowRule, RevocationEpoch

    RevocationEpoch.objects.update_or_create(pk=1, defaults={"value": time.time_ns()})
    AllowRule.objects.create(login="alice")


def _environment(url: str, simulator: Simulator) -> dict[str, str]:
    return {
        "DEBUG": "off",
        "SECRET_KEY": "a secret key for replicas, and for nothing else",
        "ENCRYPTION_KEYS": "an-encryption-key-for-replicas-and-long-enough",
        "PUBLIC_URL": url,
        "DATABASE_URL": _database_url(),
        "REDIS_URL": os.environ.get("REDIS_URL", ""),
        "GITHUB_CLIENT_ID": "replicas-client",
        "GITHUB_CLIENT_SECRET": "replicas-client-secret",
        "GITHUB_URL": simulator.url,
        "GITHUB_API_URL": f"{simulator.url}/api/v3",
        **_PLENTY,
    }


def _database_url() -> str:
    """Return the URL of the database of this test run."""
    name = str(settings.DATABASES["default"]["NAME"])
    server = os.environ.get("DATABASE_URL", "")
    return urlsplit(server)._replace(path=f"/{name}").geturl() if server.startswith("postgres") else f"sqlite:///{name}"
