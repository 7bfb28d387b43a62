"""The official SDK's clients, unmodified, given nothing but the URL: 2.x in both eras, and the last 1.x.

Each is a program of its own, and the server is another: ``manage.py serve`` as `make run` starts it.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.clients.program import Json, Program, program
from tests.support.desk import SESSIONS
from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import Browser, close_all, query
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve

# script, its arguments, the revision that it must end up with, the name that it registers
KINDS = {
    "2.x, stateless": ("sdk2", ("auto",), "2026-07-28", "Python SDK 2"),
    "2.x, stateless without asking": ("sdk2", ("2026-07-28",), "2026-07-28", "Python SDK 2"),
    "2.x, handshake": ("sdk2", ("legacy",), "2025-11-25", "Python SDK 2"),
    "1.x": ("sdk1", (), "2025-11-25", "Python SDK 1"),
}


@pytest.fixture(scope="module")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve with Alice on the list."""
    with serve(tmp_path_factory.mktemp("clients"), ALLOWED_USERNAMES="alice") as running:
        yield running


@pytest.fixture
def alice(gatehouse: Gatehouse) -> Iterator[Browser]:
    """Return Alice's browser."""
    yield Browser(gatehouse.url, SimulatorElsewhere(gatehouse.served.simulator_url))
    close_all()


@pytest.fixture(params=["2.x, stateless", "2.x, handshake", "1.x"])
def kind(request: pytest.FixtureRequest) -> str:
    """Return a client of each era and each major version in turn."""
    return str(request.param)


def run(kind: str, gatehouse: Gatehouse, browser: Browser, folder: Path) -> AbstractContextManager[Program]:
    """Run a client of that kind; who sits before it uses ``browser``."""
    script, arguments, _version, _name = KINDS[kind]
    return program(script, [f"{gatehouse.url}/mcp", *arguments], browser.sign_in, folder)


def secrets_of(about: Json) -> set[str]:
    """Return what the client holds and nobody else may see."""
    return {about["tokens"]["access_token"], about["tokens"]["refresh_token"], about["client"]["client_secret"]}


@pytest.mark.parametrize("kind", KINDS)
def test_given_the_url_it_signs_in_and_calls_the_three_tools(
    kind: str, gatehouse: Gatehouse, alice: Browser, tmp_path: Path
) -> None:
    """MCP authorization: 401, metadata, registration, consent, GitHub, code, token."""
    _script, _arguments, version, name = KINDS[kind]
    with run(kind, gatehouse, alice, tmp_path) as client:
        about = client.do("about")
        assert about["version"] == version
        assert {"calculate", "get_github_repos", "get_user_info"} <= set(about["tools"])
        assert client.call("calculate", operation="power", a=7, b=8)["result"] == "5764801"
        assert client.call("get_user_info")["login"] == "alice"
        repositories = client.call("get_github_repos", limit=3)["repositories"]
        assert [repository["full_name"].partition("/")[0] for repository in repositories] == ["alice"] * 3
        assert len(client.asked) == 1
        assert query(client.asked[0])["resource"] == f"{gatehouse.url}/mcp"
        page = gatehouse.desk().page(f"{SESSIONS}?q={about['client']['client_id']}")
        assert name in page
        assert "alice" in page
        assert not [secret for secret in secrets_of(about) if secret in gatehouse.served.output + page]


def test_an_expired_token_is_refreshed_without_the_person(
    kind: str, gatehouse: Gatehouse, alice: Browser, tmp_path: Path
) -> None:
    with run(kind, gatehouse, alice, tmp_path) as client:
        before = client.do("about")
        client.do("expire")
        assert client.call("calculate", operation="add", a=1, b=1)["result"] == "2"
        after = client.do("about")
        assert len(client.asked) == 1
    assert after["client"] == before["client"]
    assert after["tokens"]["access_token"] != before["tokens"]["access_token"]
    assert after["tokens"]["refresh_token"] != before["tokens"]["refresh_token"]


def test_private_repositories_are_asked_for_when_they_are_needed(
    kind: str, gatehouse: Gatehouse, alice: Browser, tmp_path: Path
) -> None:
    """Step-up: the 403 names the scope, the client asks the person, and the call goes on."""
    with run(kind, gatehouse, alice, tmp_path) as client:
        assert "repo" not in query(client.asked[0])["scope"].split()
        listed = client.call("get_github_repos", visibility="private", limit=5)
        assert [repository["private"] for repository in listed["repositories"]] == [True] * 5
        assert len(client.asked) == 2
        assert {"read:user", "repo"} <= set(query(client.asked[1])["scope"].split())


def test_after_the_operator_ends_the_session_the_person_is_asked_again(
    kind: str, gatehouse: Gatehouse, alice: Browser, tmp_path: Path
) -> None:
    """The access token stops at once, and the refresh token with it: only the person can start anew."""
    with run(kind, gatehouse, alice, tmp_path) as client:
        assert client.call("get_user_info")["login"] == "alice"
        client_id = client.do("about")["client"]["client_id"]
        assert gatehouse.desk().end_sessions(client_id).status_code == 302
        client.do("expire")
        assert client.call("get_user_info")["login"] == "alice"
        assert len(client.asked) == 2
