"""A start loads what ``/mcp`` needs: few requests need the rest, and everybody would wait for it."""

import re
import signal
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.processes import running
from tests.support.served import environment_for, prepare

# Until it serves. Modules within them: Python does not list those that `import_module` is asked for by name.
NOT_FIRST = ["oauth_bridge.views.authorization", "requests.adapters", "httpcore2._api", "mcpserver.dashboard.navigation"]
NEVER = {"uvicorn": ["twisted", "daphne.server", "oauth_bridge.github.simulator.server"], "daphne": ["uvicorn.server"]}

IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| *(\S+)$", re.MULTILINE)


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_a_start_loads_what_mcp_needs(server: str, tmp_path: Path) -> None:
    port = free_port()
    environment = environment_for(tmp_path, port)
    prepare(environment)
    real_github = {"GITHUB_CLIENT_ID": "id", "GITHUB_CLIENT_SECRET": "secret", "PYTHONPROFILEIMPORTTIME": "1"}
    command = ["manage.py", "serve", "--server", server]
    with running(command, tmp_path, port=port, environment={**environment, **real_github}) as process:
        process.wait_for_output("Stop it with Ctrl-C.")
        first = set(IMPORTED.findall(process.output))
        assert process.get("/")[0] == 200
        process.signal(signal.SIGINT)
        assert process.wait() == 0
    loaded = set(IMPORTED.findall(process.output))
    # What it looks for would be found: a page was shown meanwhile.
    assert "mcpserver.settings" in first
    assert "oauth_bridge.views.authorization" in loaded
    assert first.isdisjoint(NOT_FIRST)
    assert loaded.isdisjoint(NEVER[server])
