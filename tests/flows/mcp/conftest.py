"""Two processes of one server, under each of the two servers."""

from collections.abc import Iterator

import pytest

from tests.flows.mcp.house import House, Talker, house
from tests.support.flow import OAuthClient, close_all


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serve with Alice and Bob on the list."""
    with house(tmp_path_factory.mktemp("house"), ["--server", request.param]) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(two: House) -> Iterator[OAuthClient]:
    """Return a client through which Alice has signed in."""
    yield two.sign_in()
    close_all()


@pytest.fixture
def alice(two: House, signed_in: OAuthClient) -> Iterator[Talker]:
    """Return Alice's client at the first process, with a new session that may be asked."""
    talker = two.talker(signed_in)
    talker.initialize(elicitation={})
    talker.notify("notifications/initialized")
    yield talker
    talker.http.close()


@pytest.fixture
def elsewhere(two: House, alice: Talker) -> Iterator[Talker]:
    """Return the same session, talked to at the second process."""
    with two.door(1) as http:
        yield alice.at(http)
