"""A server, a browser before it, and a program behind it.

The server (``localhost``) and the GitHub simulator (``127.0.0.1``) are two sites to the browser, as the real ones are: cookies
and policies are held to what they must stand.
"""

from collections.abc import Iterator

import playwright.sync_api as playwright
import pytest

from tests.support.chromium import Visit, chromium, visit
from tests.support.flow import close_all
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve
from tests.support.loopback import Listener, listener

# As for a press (`tests.support.chromium.visit`): a machine that is busy with other tests is no fault of the page.
playwright.expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve with Alice and Bob on the list, and Carol as an operator."""
    with serve(tmp_path_factory.mktemp("browser"), ALLOWED_USERNAMES="alice,bob", ADMIN_USERNAMES="carol") as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[playwright.Browser]:
    """Run Chromium for this folder alone: its event loop would be in the way of others."""
    with chromium() as running:
        yield running


@pytest.fixture
def window(browser: playwright.Browser) -> Iterator[Visit]:
    """Return a browser of somebody who was never here."""
    with visit(browser) as opened:
        yield opened


@pytest.fixture
def program() -> Iterator[Listener]:
    """Return a native client's listener."""
    with listener() as waiting:
        yield waiting


@pytest.fixture(autouse=True)
def clients() -> Iterator[None]:
    """Close the clients' connections."""
    yield
    close_all()
