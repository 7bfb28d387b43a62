"""The whole product as an operator runs it: ``manage.py serve`` beside its simulator, rules read, a first operator made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.desk import Desk, first_admin
from tests.support.flow import OAuthClient
from tests.support.served import Served, served


@dataclass(frozen=True, slots=True)
class Gatehouse:
    """A running server, and the password of its first operator, ``admin``."""

    served: Served
    password: str

    @property
    def url(self) -> str:
        """Return the public URL."""
        return self.served.url

    def client(self, redirect_uri: str, **metadata: str) -> OAuthClient:
        """Return a newly registered client."""
        return OAuthClient.register(self.url, redirect_uris=[redirect_uri], **metadata)

    def desk(self) -> Desk:
        """Return an operator at the admin, signed in."""
        return Desk(self.url, password=self.password)


@contextmanager
def gatehouse(folder: Path, **changes: str) -> Iterator[Gatehouse]:
    """Serve until the block ends; ``changes`` are environment variables. Nobody is slowed by a throttle."""
    rates = {"RATE_LOGIN": "10000/minute", "RATE_REGISTER": "10000/minute"}
    with served(folder, **{**rates, **changes}) as running:
        yield Gatehouse(running, first_admin(running))
