"""The record of calls when a server is stopped: what was called is written, however short before."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import needs
from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import close_all, signed_in
from tests.support.served import served
from tests.support.topology import scratch_database

CALLS = 40
COUNT = "from tools.models import ToolCall; print(*ToolCall.objects.order_by('pk').values_list('outcome', flat=True))"


def call_and_stop(folder: Path, options: list[str], **changes: str) -> list[str]:
    """Serve, call, and stop with SIGTERM as soon as the last answer is there; return how the recorded calls ended."""
    with served(folder, options=options, ALLOWED_USERNAMES="alice", **changes) as server:
        simulator: Any = SimulatorElsewhere(server.simulator_url)
        client = signed_in(server.url, simulator)
        for number in range(CALLS):
            # A call that ends in an error is one all the same.
            divisor = number % 2
            assert client.call("calculate", operation="divide", a=number, b=divisor)["isError"] is (divisor == 0)
        close_all()
    return server.manage("shell", "--verbosity", "0", "--command", COUNT).split()


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_a_server_that_is_stopped_loses_no_record(tmp_path: Path, server: str) -> None:
    assert call_and_stop(tmp_path, ["--server", server]) == ["tool_error", "ok"] * (CALLS // 2)


def test_each_worker_writes_its_own_when_they_are_stopped(tmp_path: Path) -> None:
    redis, database = needs.variable("REDIS_URL"), needs.variable("DATABASE_URL")
    with scratch_database(database) as own:
        found = call_and_stop(tmp_path, ["--workers", "2"], DATABASE_URL=own, REDIS_URL=redis)
    assert sorted(found) == ["ok"] * (CALLS // 2) + ["tool_error"] * (CALLS // 2)
