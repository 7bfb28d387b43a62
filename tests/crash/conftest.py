"""Two replicas with the trap in every write."""

from collections.abc import Iterator

import pytest

from oauth_bridge.github.simulator.server import Simulator
from tests.conftest import Live
from tests.support.flow import close_all
from tests.support.replicas import House, open_town, replicas


@pytest.fixture(scope="package")
def house(
    django_db_setup: None,
    simulator_server: Simulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    """Return two replicas; the first is killed again and again."""
    folder = tmp_path_factory.mktemp("crash")
    with replicas(folder, simulator_server, 2, DJANGO_SETTINGS_MODULE="tests.crash.settings") as running:
        yield running


@pytest.fixture
def town(transactional_db: None, house: House, simulator: Simulator) -> Iterator[Live]:
    """Return the replicas under their public name, with Alice on the list."""
    open_town()
    yield Live(house.url, simulator)
    close_all()
