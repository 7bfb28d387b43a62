"""The production topology by hand: two replicas on PostgreSQL and Redis, behind nginx with production's own configuration.

with topology(tmp_path, simulator) as gatehouse:
    OAuthClient.register(gatehouse.url)
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from oauth_bridge.github.simulator.server import Simulator
from tests.support import needs, nginx
from tests.support.ports import free_port
from tests.support.served import Served, environment_for, manage, served

REPLICAS = 2


@dataclass(frozen=True, slots=True)
class Topology:
    """A running installation. ``url`` is its public URL, the proxy's."""

    url: str
    front: nginx.Front
    replicas: list[Served]

    @property
    def logs(self) -> str:
        """Return everything that the proxy and the replicas have written."""
        return self.front.log.read_text() + "".join(replica.output for replica in self.replicas)


@contextmanager
def topology(folder: Path, simulator: Simulator, *, tls: bool = False, **changes: str) -> Iterator[Topology]:
    """Run it in production mode, with ``simulator`` at GitHub's place; ``changes`` are environment variables.

    The database is a new one on the server that ``DATABASE_URL`` names; ``REDIS_URL`` is used as it is. Skips the test where
    either, or nginx, is missing.
    """
    redis_url, server_url = needs.variable("REDIS_URL"), needs.variable("DATABASE_URL")
    if not server_url.startswith(("postgres://", "postgresql://")):
        needs.missing("PostgreSQL at DATABASE_URL")
    needs.program("nginx")
    port = free_port()
    with ExitStack() as stack:
        environment = {
            "DEBUG": "off",
            "SECRET_KEY": "a secret key for the topology, and for nothing else",
            "ENCRYPTION_KEYS": "an-encryption-key-for-the-topology-and-long-enough",
            "PUBLIC_URL": f"{'https' if tls else 'http'}://localhost:{port}",
            "DATABASE_URL": stack.enter_context(scratch_database(server_url)),
            "REDIS_URL": redis_url,
            "GITHUB_CLIENT_ID": "topology-client",
            "GITHUB_CLIENT_SECRET": "topology-client-secret",
            "GITHUB_URL": simulator.url,
            "GITHUB_API_URL": f"{simulator.url}/api/v3",
            "TRUSTED_PROXIES": "127.0.0.1",
            **changes,
        }
        manage(environment_for(folder, port, **environment), "bootstrap", "--migrate")
        replicas = []
        for number in range(REPLICAS):
            own = folder / f"replica-{number}"
            own.mkdir()
            replicas.append(stack.enter_context(served(own, **environment)))
        ports = [replica.server.port for replica in replicas]
        front = stack.enter_context(nginx.front(folder, ports, port=port, tls=tls))
        yield Topology(front.url, front, replicas)


@contextmanager
def scratch_database(server_url: str) -> Iterator[str]:
    """Create a database beside the one that the URL names, yield its URL, and drop it at the end."""
    parts = urlsplit(server_url)
    name = f"gatehouse_topology_{os.getpid()}_{free_port()}"
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield parts._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
