"""``manage.py serve`` and ``runserver`` as an operator meets them: as processes."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mcpserver.management.commands import runserver
from tests.support.ports import free_port
from tests.support.processes import PROJECT, Running, running, wait_until
from tests.support.served import environment_for, prepare, served


def refused(environment: dict[str, str], *options: str) -> str:
    """Run ``serve``, which must end with status 2; return what it wrote, which must be one line."""
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", *options],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("gatehouse: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_it_serves_says_so_and_ends_cleanly_at_ctrl_c(server: str, tmp_path: Path) -> None:
    port = free_port()
    environment = environment_for(tmp_path, port)
    prepare(environment)
    with running(["manage.py", "serve", "--server", server], tmp_path, port=port, environment=environment) as process:
        process.wait_for_output("Stop it with Ctrl-C.")
        assert process.get("/health") == (200, b"OK")
        assert f"http://localhost:{port}/mcp" in process.output
        assert f"GitHub simulator at http://127.0.0.1:{environment['SIMULATOR_PORT']}" in process.output
        with socket.create_connection(("127.0.0.1", int(environment["SIMULATOR_PORT"])), 5):
            pass
        process.signal(signal.SIGINT)
        assert process.wait() == 0
        assert "Traceback" not in process.output


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
def test_two_workers_both_answer_and_a_fallen_one_is_replaced(server: str, tmp_path: Path) -> None:
    with served(tmp_path, options=["--server", server, "--workers", "2"]) as gatehouse:
        assert "gatehouse: warning: 2 workers on SQLite" in gatehouse.output
        first, second = wait_for_workers(gatehouse.server, set())
        os.kill(first, signal.SIGKILL)
        replaced = wait_for_workers(gatehouse.server, {first})
        assert second in replaced
        assert gatehouse.server.get("/health") == (200, b"OK")
        workers = children(gatehouse.server.process.pid)
        assert workers == set(replaced)
    assert not any(is_alive(worker) for worker in workers)


def test_workers_end_with_their_parent_however_it_goes(tmp_path: Path) -> None:
    port = free_port()
    environment = environment_for(tmp_path, port)
    prepare(environment)
    with running(["manage.py", "serve", "--workers", "2"], tmp_path, port=port, environment=environment) as process:
        process.wait_for_output("Stop it with Ctrl-C.")
        workers = wait_for_workers(process, set())
        process.signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: not any(is_alive(worker) for worker in workers), "a worker outlived its parent")


def children(parent: int) -> set[int]:
    if not Path(f"/proc/{parent}/task/{parent}/children").exists():
        pytest.skip("this machine lacks /proc, where a process's children are listed")
    return {int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()}


def is_alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_workers(server: Running, gone: set[int]) -> list[int]:
    """Return the process ids of two workers, once both have answered requests; ``gone`` do not count."""
    seen: set[int] = set()

    def both() -> bool:
        seen.update(serving(server) - gone)
        return len(seen) == 2

    wait_until(both, "two workers did not answer")
    return sorted(seen)


def serving(server: Running) -> set[int]:
    """Return the workers that have taken a connection of ours: each new one is held until all are open."""
    connections = [server.connect() for _ in range(12)]
    try:
        for connection in connections:
            connection.sendall(f"GET /health HTTP/1.1\r\nHost: localhost:{server.port}\r\n\r\n".encode())
        for connection in connections:
            assert connection.recv(4_096).startswith(b"HTTP/1.1 200")
        return {pid for pid in children(server.process.pid) if holds_a_connection(pid, server.port)}
    finally:
        for connection in connections:
            connection.close()


def holds_a_connection(pid: int, port: int) -> bool:
    """Return whether the process owns an established connection on the port (/proc/net/tcp: state 01)."""
    try:
        links = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return False
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(f"socket:[{row[9]}]" in links for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01")


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        environment = environment_for(tmp_path, port)
        prepare(environment)
        assert refused(environment) == (
            f"gatehouse: port {port} is in use: stop the program that uses it, "
            f"or choose another port, for example PORT={port + 1}.\n"
        )


def test_a_simulators_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        environment = environment_for(tmp_path, free_port(), SIMULATOR_PORT=str(other.getsockname()[1]))
        prepare(environment)
        assert f"port {environment['SIMULATOR_PORT']} is in use, and the GitHub simulator needs it" in refused(environment)


def test_a_database_without_tables_is_one_line(tmp_path: Path) -> None:
    environment = environment_for(tmp_path, free_port())
    assert "run `manage.py migrate` first" in refused(environment)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    assert f"{tmp_path / 'var'} cannot be written" in refused(environment_for(tmp_path, free_port()))


def test_a_wrong_configuration_is_one_line(tmp_path: Path) -> None:
    assert "PUBLIC_URL" in refused(environment_for(tmp_path, free_port(), PUBLIC_URL="ftp://gate.example"))


@pytest.mark.parametrize("options", [("--workers", "0"), ("--port", "70000")])
def test_impossible_options_are_one_line(options: tuple[str, str], tmp_path: Path) -> None:
    assert options[0] in refused(environment_for(tmp_path, free_port()), *options)


def test_runserver_starts_the_simulator_and_says_where_everything_is(tmp_path: Path) -> None:
    port = free_port()
    environment = environment_for(tmp_path, port)
    prepare(environment)
    with running(["manage.py", "runserver", "--noreload"], tmp_path, port=port, environment=environment) as process:
        wait_until(lambda: answers(process), f"runserver does not answer: {process.output}")
        assert f"http://localhost:{port}/mcp" in process.output
        assert "GitHub simulator at" in process.output
        with socket.create_connection(("127.0.0.1", int(environment["SIMULATOR_PORT"])), 5):
            pass
        process.ask(f"GET /callback?code=s3cret HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
        process.wait_for_output("GET /callback 4")
        assert "s3cret" not in process.output
        process.signal(signal.SIGINT)
        process.wait()


@pytest.mark.parametrize(("is_reloaded", "starts"), [("", 1), ("true", 0)])
def test_the_simulator_lives_on_when_runserver_reloads(monkeypatch: pytest.MonkeyPatch, is_reloaded: str, starts: int) -> None:
    """Django's reloader names its child by ``RUN_MAIN``; the parent stays, and the simulator with it."""
    started: list[str] = []
    monkeypatch.setenv("RUN_MAIN", is_reloaded)
    monkeypatch.setattr(runserver, "start_simulator_if_wanted", lambda: started.append("simulator"))
    monkeypatch.setattr(runserver.DaphneCommand, "handle", lambda *_arguments, **_options: started.append("server"))
    runserver.Command().handle()
    assert started == ["simulator"] * starts + ["server"]


def answers(process: Running) -> bool:
    try:
        return process.get("/health") == (200, b"OK")
    except OSError:
        return False
