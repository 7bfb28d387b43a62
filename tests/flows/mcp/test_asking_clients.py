"""Official clients that are asked: a tool written once, in both eras, over real HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.program import Program, program
from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import Browser, close_all
from tests.support.gatehouse import Gatehouse, gatehouse

KINDS = {
    "2.x, stateless": ("sdk2", ("auto", "info")),
    "2.x, handshake": ("sdk2", ("legacy",)),
    "1.x": ("sdk1", ()),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve the tools that ask."""
    changes = {"DJANGO_SETTINGS_MODULE": "tests.flows.mcp.settings", "ALLOWED_USERNAMES": "alice"}
    with gatehouse(tmp_path_factory.mktemp("asking"), **changes) as running:
        yield running


@pytest.fixture(params=list(KINDS))
def client(request: pytest.FixtureRequest, house: Gatehouse, tmp_path: Path) -> Iterator[Program]:
    """Return each client in turn, signed in, and asking for log messages from ``info`` on."""
    script, arguments = KINDS[request.param]
    browser = Browser(house.url, SimulatorElsewhere(house.served.simulator_url))
    with program(script, [f"{house.url}/mcp", *arguments], browser.sign_in, tmp_path) as running:
        if "info" not in arguments:
            assert running.do("log_level", level="info") == {}
        yield running
    close_all()


def answers(client: Program, form: dict[str, Any]) -> None:
    """Let the person give that answer to each form."""
    client.do("answers", form=form, said="Rose", roots=["file:///a"])


def test_a_tool_asks_the_person_the_model_and_the_client(client: Program) -> None:
    answers(client, {"action": "accept", "content": {"branch": "dev", "sure": True}})
    done = client.do("call", tool="release", arguments={"repository": "a"})
    assert (done["is_error"], done["text"]) == (False, "released: a dev Rose ['file:///a']")
    assert [each["kind"] for each in done["asked"]] == ["form", "model", "roots", "form"]
    assert done["asked"][0]["requestedSchema"]["properties"]["branch"]["oneOf"][1] == {"const": "dev", "title": "Development"}
    told = [(each["kind"], each.get("done", each.get("data"))) for each in done["told"]]
    assert ("log", "asking") in told
    assert ("log", "not for everybody") not in told
    # Each round of the stateless era begins anew. What follows at once is told in one, the last always.
    progress = [value for kind, value in told if kind == "progress"]
    assert (progress[0], progress[-1]) == (1, 3)


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_the_person_may_say_no(client: Program, action: str) -> None:
    answers(client, {"action": action})
    done = client.do("call", tool="release", arguments={"repository": "a"})
    assert (done["is_error"], done["text"]) == (False, f"No release: {action}.")


def test_a_tool_that_requires_a_model_has_one(client: Program) -> None:
    answers(client, {"action": "cancel"})
    assert client.do("call", tool="think", arguments={})["text"] == "Rose"
