"""Two server processes on the test database, for everything that races over them."""

import os
from collections.abc import Iterator

import pytest

from oauth_bridge.github.simulator.server import Simulator
from tests.conftest import Live
from tests.support.flow import close_all
from tests.support.replicas import House, open_town, replicas

PROCESSES = 2


@pytest.fixture(scope="package")
def house(
    django_db_setup: None,
    simulator_server: Simulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    """Return two replicas that run for all races."""
    with replicas(tmp_path_factory.mktemp("house"), simulator_server, PROCESSES) as running:
        yield running


@pytest.fixture
def town(transactional_db: None, house: House, simulator: Simulator) -> Iterator[Live]:
    """Return the replicas under their public name, with Alice on the list."""
    open_town()
    yield Live(house.url, simulator)
    close_all()


@pytest.fixture(scope="session")
def rounds() -> int:
    """Return how often each race is run (``RACE_ROUNDS``)."""
    return int(os.environ.get("RACE_ROUNDS", "100"))
