"""Dockerfile, compose file, proxy template and ``.env.example``: that they fit each other, the settings, and their promises."""

import ipaddress
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import needs, nginx
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VARIABLE = re.compile(r"\$\{(\w+)(?::?[-?]([^}]*))?\}")
# Set in docker-compose.yml's own words, not read by the application.
OF_COMPOSE_ALONE = {"DOMAIN", "SUBNET_PREFIX", "GATEHOUSE_VERSION", "APP_MEMORY", "DATABASE_MEMORY", "HTTP_PORT", "HTTPS_PORT"}


def interpolated(value: Any) -> Any:
    """Return the value with ``${NAME:-default}`` replaced by the default, or by NAME where there is none."""
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: match[1] if match[2] is None or "?" in match[0] else match[2], value)
    if isinstance(value, dict):
        return {key: interpolated(inner) for key, inner in value.items()}
    return [interpolated(inner) for inner in value] if isinstance(value, list) else value


COMPOSE: dict[str, Any] = interpolated(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
REPLICAS = {name: service for name, service in SERVICES.items() if name.startswith("app-")}


def settings_variables() -> set[str]:
    """Return the names that ``settings.py`` reads."""
    source = (ROOT / "mcpserver/settings.py").read_text()
    return set(
        re.findall(
            r"env\.(?:text|flag|integer|words|rate|networks|public_url|upstream_url|database|redis|organizations)\(\s*\"(\w+)\"",
            source,
        )
    )


# --- .env.example ---


def test_the_example_names_every_variable_that_the_settings_read() -> None:
    text = (ROOT / ".env.example").read_text()
    offered = set(re.findall(r"^#([A-Z_]+)=", text, re.MULTILINE))
    assert offered | {"COOKIE_ENCRYPTION_KEY"} == settings_variables()
    assert "COOKIE_ENCRYPTION_KEY" in text


def test_the_example_changes_nothing_when_copied_as_it_is() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert all(not line or line.startswith("#") for line in lines)


# --- docker-compose.yml ---


def test_compose_itself_accepts_the_file(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", "deploy"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    variables = {**os.environ, "DOMAIN": "mcp.example.com", "GITHUB_CLIENT_ID": "abc", "DOCKER_HOST": "tcp://127.0.0.1:1"}
    command = [*compose_command(), "config", "--quiet"]
    completed = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr


def compose_command() -> list[str]:
    """Return ``docker compose`` or its elder form."""
    if (
        shutil.which("docker")
        and subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    ):
        return ["docker", "compose"]
    return [needs.program("docker-compose")]


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["restart"]
    assert not service.get("privileged")
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE", "DAC_READ_SEARCH", "CHOWN", "SETUID", "SETGID"}


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_an_environment_variable(name: str) -> None:
    """``docker inspect`` shows the environment."""
    environment = SERVICES[name].get("environment", {})
    secret = [key for key in environment if re.search(r"PASSWORD|SECRET|KEYS?$|KEYS?_|DATABASE_URL|REDIS_URL", key)]
    assert all(key.endswith("_FILE") for key in secret)
    files = {str(environment[key]).removeprefix("/run/secrets/") for key in secret}
    assert files <= set(SERVICES[name].get("secrets", []))


def test_there_are_two_replicas_that_wait_for_the_schema() -> None:
    assert len(REPLICAS) >= 2
    for replica in REPLICAS.values():
        assert replica["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["command"] == ["python", "manage.py", "bootstrap", "--migrate"]
    assert SERVICES["proxy"]["depends_on"] == {name: {"condition": "service_healthy"} for name in REPLICAS}


def test_the_proxy_asks_exactly_the_replicas_and_is_the_one_they_trust() -> None:
    upstreams = re.findall(r"server ([\d.]+):(\d+) ", SERVICES["proxy"]["environment"]["GATEHOUSE_UPSTREAMS"])
    addresses = {replica["networks"]["front"]["ipv4_address"] for replica in REPLICAS.values()}
    assert set(upstreams) == {(address, "8000") for address in addresses}
    proxy = ipaddress.ip_address(SERVICES["proxy"]["networks"]["front"]["ipv4_address"])
    for replica in REPLICAS.values():
        trusted = ipaddress.ip_network(replica["environment"]["TRUSTED_PROXIES"])
        assert proxy in trusted
        assert trusted == ipaddress.ip_network(COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"])


def test_only_the_proxy_is_reachable_and_the_database_has_no_way_out() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["back"]["internal"] is True
    for name in ("database", "redis", "migrate"):
        assert SERVICES[name]["networks"] == ["back"]


def test_the_application_reads_every_variable_that_compose_gives_it() -> None:
    given = {name.removesuffix("_FILE") for name in REPLICAS["app-1"]["environment"]}
    assert given <= settings_variables()
    asked = {match[1] for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text())}
    assert asked - OF_COMPOSE_ALONE <= settings_variables()


# --- deploy/ ---


def test_the_proxy_template_and_compose_name_the_same_values() -> None:
    wanted = set(re.findall(r"\$\{(GATEHOUSE_\w+)\}", re.sub(r"(?m)^\s*#.*", "", nginx.TEMPLATE.read_text())))
    assert wanted == {name for name in SERVICES["proxy"]["environment"] if name.startswith("GATEHOUSE_")}


def test_secrets_are_written_once_and_are_the_ones_compose_mounts(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy/make-secrets.sh", tmp_path)
    first = run_make_secrets(tmp_path)
    folder = tmp_path / "secrets"
    written = {file.name: file.read_text() for file in folder.iterdir()}
    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} == {*written, "github_client_secret"}
    assert "missing  deploy/secrets/github_client_secret" in first
    # Nothing was before the first key.
    assert written.pop("secret_key_fallbacks") == ""
    assert all(len(value) >= 32 and not value.endswith("\n") for value in written.values())
    assert written["postgres_password"] in written["database_url"]
    assert written["redis_password"] in written["redis_url"]
    assert not any(value in first for value in written.values())
    # The containers' accounts are not the host's: files readable, the folder closed to the host's other people.
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o444}
    (folder / "secret_key_fallbacks").chmod(0o644)
    (folder / "secret_key_fallbacks").write_text("an older key")
    run_make_secrets(tmp_path)
    assert {file.name: file.read_text() for file in folder.iterdir()} == written | {"secret_key_fallbacks": "an older key"}


def run_make_secrets(folder: Path) -> str:
    """Run the script in its folder; return what it says."""
    needs.program("openssl")
    return subprocess.run(["sh", "make-secrets.sh"], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_git_ignores_what_is_secret() -> None:
    assert (ROOT / "deploy/.gitignore").read_text().split() == ["/secrets/", "/tls/", "/acme/"]


# --- Dockerfile ---


def instructions(name: str) -> list[str]:
    """Return the arguments of every such instruction, in order, with continuation lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", DOCKERFILE))
    return re.findall(rf"(?m)^{name} (.*)$", joined)


def test_the_image_runs_without_rights_and_without_tools_to_build() -> None:
    assert instructions("USER")[-1] == "10001:10001"
    assert instructions("CMD") == ['["python", "manage.py", "serve"]']
    assert instructions("EXPOSE") == ["8000"]
    assert "healthcheck.py" in instructions("HEALTHCHECK")[0]
    assert "--require-hashes" in DOCKERFILE
    assert not re.search(r"apt-get|build-essential|gcc", DOCKERFILE)


def test_the_image_starts_with_the_files_it_is_given(tmp_path: Path) -> None:
    """The check of the Dockerfile, run on exactly the files that ``.dockerignore`` lets through."""
    for name in re.findall(r"(?m)^!(.+)$", (ROOT / ".dockerignore").read_text()):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, target)
    check = re.search(r"&& (SECRET_KEY=.*?)python (manage\.py check)", "\n".join(instructions("RUN")))
    assert check
    given = dict(word.split("=", 1) for word in check[1].split())
    variables = {"PATH": os.environ["PATH"], "DEBUG": "off", **given, "VAR_DIR": str(tmp_path / "var")}
    command = [sys.executable, *check[2].split()]
    completed = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=60, check=False)
    assert completed.returncode == 0, completed.stderr


class Health(BaseHTTPRequestHandler):
    """Answers ``/health`` with the status that the server holds."""

    def do_GET(self) -> None:
        """Answer without a body."""
        self.send_response(self.server.status if self.path == "/health" else 404)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def health() -> Iterator[HTTPServer]:
    """Return a server on a free port; its ``status`` is 200."""
    server = HTTPServer(("127.0.0.1", 0), Health)
    server.status = 200  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def check_health(port: int) -> int:
    """Return the exit code of the container's health check. A proxy named by the environment must not be asked."""
    variables = {**os.environ, "PORT": str(port), "http_proxy": "http://127.0.0.1:1"}
    command = [sys.executable, str(ROOT / "scripts/healthcheck.py")]
    return subprocess.run(command, env=variables, capture_output=True, timeout=20, check=False).returncode


def test_the_health_check_tells_a_server_that_serves_from_one_that_does_not(health: HTTPServer) -> None:
    assert check_health(health.server_port) == 0
    health.status = 503  # type: ignore[attr-defined]
    assert check_health(health.server_port) == 1
    assert check_health(free_port()) == 1
