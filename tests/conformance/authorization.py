"""The suite's authorization-server mode: metadata, and the code grant of a public client, with and without ``resource``."""

from collections.abc import Iterator
from pathlib import Path

import httpx2

from tests.conformance.suite import Outcome, Suite
from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import Browser, OAuthClient, close_all
from tests.support.ports import free_port
from tests.support.served import Served, served

CHECKS = 3  # two of the metadata, one of the grant


def runs(suite: Suite, scratch: Path, names: tuple[str, ...]) -> Iterator[Outcome]:
    """Serve on a scratch database with the simulator, and run the mode twice."""
    if not "authorization".startswith(names):
        return
    with served(scratch, ALLOWED_USERNAMES="alice") as gatehouse:
        for name, resource in (("authorization", None), ("authorization-resource", f"{gatehouse.url}/mcp")):
            yield _run(suite, gatehouse, name, resource)
            close_all()


def _run(suite: Suite, gatehouse: Served, name: str, resource: str | None) -> Outcome:
    port = free_port()
    client = OAuthClient.register(gatehouse.url, redirect_uris=[f"http://127.0.0.1:{port}/callback"])
    arguments = ["authorization", "--url", gatehouse.url, "--client-id", client.client_id, "-p", str(port)]
    if resource is not None:
        arguments += ["--resource", resource]

    def person(line: str) -> None:
        # The suite prints the address on a line of its own, and waits for somebody to open it.
        if line.startswith(gatehouse.url) and "response_type=code" in line:
            callback = Browser(gatehouse.url, SimulatorElsewhere(gatehouse.simulator_url)).sign_in(line)
            httpx2.get(callback)

    return suite.run(name, arguments, expected=CHECKS, on_line=person)
