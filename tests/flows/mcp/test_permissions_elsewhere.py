"""Decisions over two processes: what is decided at one holds at the other, and is told there no sooner than that."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from mcpserver import settings as production
from mcpserver.dashboard.permissions_matrix import Place
from oauth_bridge.github.simulator.server import Simulator
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import OAuthClient, close_all, signed_in
from tests.support.listening import Events, listen
from tests.support.replicas import House, open_town, replicas
from tools.models import ToolRule

CHANGED = "notifications/tools/list_changed"
TOOLS = {"toolsListChanged": True}


@pytest.fixture(scope="module")
def house(django_db_setup: None, simulator_server: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return two running replicas."""
    with replicas(tmp_path_factory.mktemp("house"), simulator_server, 2) as running:
        yield running


@pytest.fixture
def town(transactional_db: None, house: House, simulator: Simulator) -> Iterator[Live]:
    """Return the replicas under their public name, with Alice on the list."""
    open_town()
    yield Live(house.url, simulator)
    close_all()


@pytest.fixture
def here(town: Live) -> OAuthClient:
    """Return Alice's client, at the first process."""
    return signed_in(town.url, town.simulator)


@pytest.fixture
def there(house: House, here: OAuthClient) -> OAuthClient:
    """Return the same client, at the second process, which has looked at the decisions and found none."""
    client = house.at(1, here)
    assert may_calculate(client)
    return client


@pytest.fixture
def operator(town: Live, settings: Settings) -> Operator:
    """Return an operator, signed in at the first process."""
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    return Operator(town)


def may_calculate(client: OAuthClient) -> bool:
    """Return whether the client may; list and call must say the same."""
    is_listed = "calculate" in {tool["name"] for tool in client.mcp("tools/list").json()["result"]["tools"]}
    refused = client.call("calculate", operation="add", a=1, b=2)["isError"]
    assert is_listed is not refused
    return is_listed


def decide(operator: Operator, shown: str, to: str) -> None:
    """Set the cell of everyone and ``calculate`` in the matrix, which showed what it was."""
    answer = operator.post("tools/", **{Place("calculate", "everyone", shown).field: to})
    assert answer.status_code == 302, answer.text[:2000]


def told(events: Events) -> None:
    assert events.next()["method"] == CHANGED


def test_a_rule_made_at_one_process_holds_at_the_other_when_its_streams_are_told(
    operator: Operator, here: OAuthClient, there: OAuthClient
) -> None:
    """And no longer once it is taken away."""
    with listen(there, TOOLS) as events:
        events.next()
        decide(operator, "none", "deny")
        told(events)
        assert not may_calculate(there)
        assert not may_calculate(here)
        decide(operator, "deny", "none")
        told(events)
        assert may_calculate(there)
        assert may_calculate(here)


def test_a_rule_made_where_nobody_is_served_holds_everywhere(here: OAuthClient, there: OAuthClient) -> None:
    """As by a command of the operator's, in a process that no client asks and that has no streams."""
    with listen(here, TOOLS) as first, listen(there, TOOLS) as second:
        first.next(), second.next()
        rule = ToolRule.objects.create(target="calculate", who="client", name=here.client_id, effect="deny")
        for events, client in ((first, here), (second, there)):
            told(events)
            assert not may_calculate(client)
        rule.delete()
        for events, client in ((first, here), (second, there)):
            told(events)
            assert may_calculate(client)
