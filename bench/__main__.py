"""``make bench``: measure a server of this checkout, print a table, and write ``bench.json``.

    python -m bench [--seconds 2] [--streams 1000] [--out FILE]

SQLite, no Redis, one process that holds the GitHub simulator as well, access log off. The load comes from this process, on the
same machine: figures of two machines, or of a busy one, do not compare.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from bench import load, streams
from bench.load import Target
from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import Browser, close_all, signed_in
from tests.support.served import Served, environment_for, prepare, served

_PLENTY = dict.fromkeys(("RATE_REGISTER", "RATE_TOKEN", "RATE_LOGIN"), "100000/minute")
_CHANGE = "from tools.changes import tools_changed; tools_changed.send(sender=None)"
# What one sign-in may have open (`mcpserver/dispatch/subscriptions.py`), and one person.
_STREAMS_EACH, _SIGN_INS_EACH = 50, 4
_FLOWS = 20
# Persons that the simulator knows.
_LOGINS = ("alice", "bob", "carol", "dave", "mallory")
Row = dict[str, Any]


def main() -> int:
    """Return the exit status: 1 if any answer was wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
        # Makes the tables that every server's database is a copy of: no part of a start.
        prepare(environment_for(Path(folder), 0))
    for server in ("uvicorn", "daphne"):
        with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as folder:
            rows += measured(Path(folder), server, options.seconds, options.streams)
    options.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 1 if any(row.get("failed") for row in rows) else 0


def measured(folder: Path, server: str, seconds: float, count: int) -> list[Row]:
    """Measure one server; print each row as soon as it is known."""
    rows: list[Row] = []

    def tell(what: str, **figures: Any) -> None:
        rows.append({"server": server, "what": what, **figures})
        print(f"{server:8} {what:34}", *(f"{name} {value}" for name, value in figures.items()), sep="  ", flush=True)

    began = time.perf_counter()
    with served(folder, options=("--server", server), ACCESS_LOG="off", ALLOW_EVERYONE="on", **_PLENTY) as gatehouse:
        tell("start, until it answers", ms=round((time.perf_counter() - began) * 1000))
        simulator = SimulatorElsewhere(gatehouse.simulator_url)
        client = signed_in(gatehouse.url, simulator)
        tell("memory, after one sign-in", mib=round(_memory_kib(gatehouse) / 1024))
        _measure_load(tell, gatehouse.server.port, client.tokens["access_token"], seconds)
        tell("memory, after load", mib=round(_memory_kib(gatehouse) / 1024))
        began = time.perf_counter()
        for _ in range(_FLOWS):
            callback = Browser(gatehouse.url, simulator).sign_in(client.authorize_url())
            client.redeem(callback)
        tell("sign-ins, one after another", per_second=round(_FLOWS / (time.perf_counter() - began), 1))
        tell("subscriptions", **_measure_streams(gatehouse, simulator, count))
        close_all()
    return rows


def _measure_load(tell: Any, port: int, token: str, seconds: float) -> None:
    for is_modern in (True, False):
        target = Target(port, token, is_modern)
        for method, params in (("tools/call", load.CALL), ("tools/list", {})):
            for connections in (1, 16, 64):
                found = asyncio.run(load.measure(target, method, params, connections=connections, seconds=seconds))
                era = "modern" if is_modern else "handshake"
                tell(f"{method} {era}, {connections} connections", **asdict(found))


def _measure_streams(gatehouse: Served, simulator: SimulatorElsewhere, count: int) -> Row:
    sign_ins = max(1, count // _STREAMS_EACH)
    tokens = []
    for number in range(sign_ins):
        login = _LOGINS[number // _SIGN_INS_EACH % len(_LOGINS)]
        tokens.append(signed_in(gatehouse.url, simulator, login=login).tokens["access_token"])
    target = Target(gatehouse.server.port, tokens[0], is_modern=True)
    change = partial(gatehouse.manage, "shell", "-c", _CHANGE)
    memory = partial(_memory_kib, gatehouse)
    each = min(count, _STREAMS_EACH)
    return asdict(asyncio.run(streams.measure(target, tokens, each=each, change=change, memory_kib=memory)))


def _memory_kib(gatehouse: Served) -> int:
    done = subprocess.run(  # noqa: S603  nothing in it comes from outside
        ["ps", "-o", "rss=", "-p", str(gatehouse.server.process.pid)],  # noqa: S607  wherever this system keeps it
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
