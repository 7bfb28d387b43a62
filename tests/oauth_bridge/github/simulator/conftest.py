"""One simulator for all these tests, fresh for each, under a clock that stands still."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator

CALLBACK = "http://localhost:8000/callback"


@dataclass
class Clock:
    seconds: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="session")
def clock_and_simulator() -> Iterator[tuple[Clock, Simulator]]:
    clock = Clock()
    with Simulator(now=clock) as simulator:
        yield clock, simulator


@pytest.fixture
def clock(clock_and_simulator: tuple[Clock, Simulator]) -> Clock:
    return clock_and_simulator[0]


@pytest.fixture
def simulator(clock_and_simulator: tuple[Clock, Simulator]) -> Simulator:
    simulator = clock_and_simulator[1]
    simulator.reset()
    return simulator


@pytest.fixture(scope="session")
def pooled(clock_and_simulator: tuple[Clock, Simulator]) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=clock_and_simulator[1].url, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def http(simulator: Simulator, pooled: httpx2.Client) -> httpx2.Client:
    """Return a client of the simulator, which has been reset."""
    return pooled


@dataclass
class Api:
    """Calls the REST API as one person."""

    http: httpx2.Client
    token: str

    def get(self, path: str, **headers: str) -> httpx2.Response:
        named = {"authorization": f"Bearer {self.token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.http.get("/api/v3" + path, headers=named)


@pytest.fixture
def alice(http: httpx2.Client, simulator: Simulator) -> Api:
    return Api(http, simulator.access_token("alice"))
