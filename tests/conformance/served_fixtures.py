"""Gatehouse with the suite's fixtures in the place of its tools, and Alice signed in: as each variant wants it."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import close_all, signed_in
from tests.support.served import Served, served

SCOPES = "read:user user:email repo"
_PLENTY = dict.fromkeys(("RATE_REGISTER", "RATE_TOKEN", "RATE_LOGIN"), "100000/minute")


@dataclass(frozen=True, slots=True)
class Variant:
    """How it is served: ``serve``'s options, who calls without a token, and where things are kept."""

    name: str
    options: tuple[str, ...] = ()
    one_caller: bool = False
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A running server. ``token`` is what a client has to send, empty where it need not send any."""

    served: Served
    token: str

    @property
    def endpoint(self) -> str:
        """Return the MCP endpoint."""
        return f"{self.served.url}/mcp"


@contextmanager
def serving(scratch: Path, variant: Variant, **changes: str) -> Iterator[Prepared]:
    """Serve until the block ends; the token is a real one, by a sign-in at the simulator."""
    folder = scratch / variant.name
    folder.mkdir()
    file = folder / "token"
    environment = {"ALLOWED_USERNAMES": "alice", **_PLENTY, **variant.environment, **changes}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.conformance.settings"}
    environment |= {"CONFORMANCE_TOKEN_FILE": str(file) if variant.one_caller else ""}
    with served(folder, options=variant.options, **environment) as gatehouse:
        client = signed_in(gatehouse.url, SimulatorElsewhere(gatehouse.simulator_url), scope=SCOPES)
        close_all()
        token = str(client.tokens["access_token"])
        if variant.one_caller:
            file.write_text(token, encoding="ascii")
        yield Prepared(gatehouse, "" if variant.one_caller else token)


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """Return PostgreSQL and Redis as environment variables, with an empty database; nothing where the run names none."""
    database, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if not database.startswith("postgres") or not redis:
        yield {}
        return
    name = f"gatehouse_conformance_{secrets.token_hex(4)}"
    server = urlsplit(database)._replace(path="/postgres").geturl()
    _run(server, f'create database "{name}"')
    try:
        yield {"DATABASE_URL": urlsplit(database)._replace(path=f"/{name}").geturl(), "REDIS_URL": redis}
    finally:
        _run(server, f'drop database "{name}" with (force)')


def _run(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def workers(found: dict[str, str]) -> Sequence[str]:
    """Return the option for two workers where they can share what they know."""
    return ("--workers", "2") if found else ()
