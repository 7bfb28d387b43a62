"""A web site that publishes clients' documents: real TLS with an authority of its own, answering as a test says.

with document_site() as site:
    site.pages["/client.json"] = page({"client_id": "https://client.example/client.json", ...})
    site.fetcher().get("https://client.example/client.json", max_bytes=10_000)
"""

import ipaddress
import json
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oauth_bridge.documents.fetch import Fetcher

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "client_documents"
DOCUMENTS: dict[str, dict[str, Any]] = {
    file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FIXTURES.glob("*.json"))
}
NAMES: tuple[str, ...] = (
    "client.example",
    "other.example",
    "sub.client.example",
    "chatgpt.com",
    "claude.ai",
    "goose-docs.ai",
    "grok.com",
)
NAMES += ("insiders.vscode.dev", "opencode.ai", "vscode.dev", "zed.dev")
URL = "https://client.example/client.json"

Write = Callable[[BaseHTTPRequestHandler], None]


def document(url: str = URL, **changes: Any) -> dict[str, Any]:
    """Return a document that is right; ``None`` takes a member out."""
    whole: dict[str, Any] = {
        "client_id": url,
        "client_name": "Client",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def page(body: object, *, status: int = 200, **headers: str) -> Write:
    """Return an answer. Underscores in names of headers stand for hyphens."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    all_headers = {"Content_Type": "application/json", "Content_Length": str(len(sent)), **headers}

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in all_headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(sent)

    return write


@dataclass
class DocumentSite:
    """The site. ``pages`` maps paths to answers; ``requests`` has what was asked for: host, path, headers."""

    port: int
    authority: str
    pages: dict[str, Write] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    lookups: list[str] = field(default_factory=list)
    connections: int = 0
    is_down: bool = False

    def publish(self, document: dict[str, Any], **headers: str) -> str:
        """Publish a document at its own address, and return that."""
        url: str = document["client_id"]
        self.pages["/" + url.split("/", 3)[3]] = page(document, status=200, **headers)
        return url

    def fetcher(self, **changes: Any) -> Fetcher:
        """Return the product's fetcher, for which every name leads here."""
        return Fetcher(
            **{
                "resolve": self._resolve,
                "is_allowed": lambda address: address == "127.0.0.1",
                "make_tls": lambda: ssl.create_default_context(cadata=self.authority),
                "port": self.port,
                **changes,
            }
        )

    def _resolve(self, host: str, _timeout_seconds: float) -> list[str]:
        self.lookups.append(host)
        return [] if self.is_down else ["127.0.0.1"]


@contextmanager
def document_site(*names: str) -> Iterator[DocumentSite]:
    """Run a site with a certificate for ``NAMES``, or for ``names`` alone."""
    authority, context = _certificates(names or NAMES)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def get_request(self) -> tuple[Any, Any]:
            connection, address = super().get_request()
            site.connections += 1
            # The handshake waits for the thread of the connection: one that says nothing must not stop the others.
            return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing: clients that go away are what is tested."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.requests.append((self.headers["Host"], self.path, {k.lower(): v for k, v in self.headers.items()}))
            self.close_connection = True
            site.pages.get(self.path, page({"error": "nothing here"}, status=404))(self)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with Server(("127.0.0.1", 0), Handler) as server:
        site = DocumentSite(server.server_port, authority)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield site
        server.shutdown()


@cache
def _certificates(names: tuple[str, ...]) -> tuple[str, ssl.SSLContext]:
    """Return an authority in PEM, and a server's context with a certificate of it."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests")]), datetime.now(UTC)

    def builder(name: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        # Python 3.13 checks what RFC 5280 §4.2.1.1 and §4.2.1.3 ask for: whose key signed, and what a key is for.
        return x509.CertificateBuilder(
            issuer_name=root_name,
            subject_name=name,
            public_key=public_key,
            serial_number=x509.random_serial_number(),
            not_valid_before=now - timedelta(hours=1),
            not_valid_after=now + timedelta(days=1),
        ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)

    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
        False,
    )
    root = (
        builder(root_name, root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=False, **usage), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    alternative = [x509.DNSName(name) for name in names]
    leaf = (
        builder(x509.Name([]), key.public_key())
        .add_extension(
            x509.SubjectAlternativeName([*alternative, x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=True
        )
        .sign(root_key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        file.write(leaf.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return root.public_bytes(serialization.Encoding.PEM).decode(), context
