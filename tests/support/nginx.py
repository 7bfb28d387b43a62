"""Debian's nginx on free ports, with the very configuration that production gets from ``deploy/nginx.conf.template``."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import needs
from tests.support.ports import free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
TEMPLATE = DEPLOY / "nginx.conf.template"


@dataclass(frozen=True, slots=True)
class Front:
    """A running proxy. ``url`` is what clients use; ``plain_url`` is the port that sends everybody to https."""

    url: str
    plain_url: str
    port: int
    log: Path
    certificate: Path | None

    def trust(self) -> ssl.SSLContext:
        """Return a context that trusts the proxy's own certificate (``tls=True`` alone has one)."""
        return ssl.create_default_context(cafile=str(self.certificate))


@contextmanager
def front(folder: Path, upstream_ports: Sequence[int], *, port: int, tls: bool = False) -> Iterator[Front]:
    """Run nginx on ``localhost:port`` before the servers on the given loopback ports, asked in turn.

    Skips the test where nginx is missing.
    """
    nginx = needs.program("nginx")
    plain_port = free_port()
    url = f"{'https' if tls else 'http'}://localhost:{port}"
    values = {
        "DOMAIN": "localhost",
        "PUBLIC_URL": url,
        "RUN": str(folder),
        "HTTP_PORT": f"127.0.0.1:{plain_port}",
        "HTTPS_PORT": f"127.0.0.1:{port}",
        "HTTP2": "",
        "TLS": str(folder / "tls"),
        "ACME_ROOT": str(folder / "acme"),
        "UPSTREAMS": " ".join(f"server 127.0.0.1:{number} max_fails=3 fail_timeout=5s;" for number in upstream_ports),
    }
    make_certificate(folder)
    configuration, log = folder / "nginx.conf", folder / "nginx.log"
    configuration.write_text(render(TEMPLATE.read_text(), values, tls=tls))
    command = [nginx, "-p", str(folder), "-c", str(configuration), "-e", "stderr"]
    if os.geteuid() == 0:
        # The workers of a root's nginx change to an account that may not enter pytest's folders.
        command += ["-g", "user root;"]
    with log.open("ab") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            _wait_for(port, process, log)
            certificate = folder / "tls/fullchain.pem" if tls else None
            yield Front(url, f"http://localhost:{plain_port}", port, log, certificate)
        finally:
            process.terminate()
            process.wait(timeout=10)


def render(template: str, values: dict[str, str], *, tls: bool = True) -> str:
    """Return the configuration with ``${GATEHOUSE_…}`` filled in. Without TLS the same servers listen for plain http.

    Raises:
        KeyError: the template asks for a value that is not given.
    """
    if not tls:
        template = re.sub(r"(listen .*?) ssl\b", r"\1", template)
        template = re.sub(r"^\s*ssl_\w+ .*;\n", "", template, flags=re.MULTILINE)
    return re.sub(r"\$\{GATEHOUSE_(\w+)\}", lambda match: values[match[1]], template)


def make_certificate(folder: Path) -> None:
    """Write ``tls/fullchain.pem`` and ``tls/privkey.pem`` for localhost, the way the documentation says."""
    shutil.copy(DEPLOY / "make-secrets.sh", folder)
    subprocess.run(
        ["sh", "make-secrets.sh", "--self-signed", "localhost"], cwd=folder, check=True, capture_output=True, timeout=30
    )


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nginx did not start: {log.read_text()}")
