"""A client program towards the authorization server: the steps that all of them take, with the headers and forms of one.

What an answer must be for the client to go on is asserted here; order, headers and parameters stand in the tests.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from mcpserver import bearer
from oauth_bridge.models import AccessToken, Client
from oauth_bridge.protocol import lifetimes
from tests.conftest import Live
from tests.support.flow import Browser, challenge, connect, query
from tests.support.rows import let_pass

Json = dict[str, Any]
PAIR = re.compile(r'([a-z_]+)="([^"]*)"')


@dataclass
class Program:
    """One installed client. ``tokens`` is the token endpoint's last good answer, ``browser`` the person's."""

    live: Live
    http: httpx2.Client
    redirect_uri: str
    browser: Browser
    client_id: str = ""
    client_secret: str | None = None
    tokens: Json = field(default_factory=dict)
    # The characters that JavaScript's libraries use, and that forms escape differently.
    verifier: str = ""

    @property
    def resource(self) -> str:
        """Return the URL that the person typed in."""
        return f"{self.live.url}/mcp"

    def discover(self, answer: httpx2.Response, **headers: str) -> Json:
        """Go from a 401 to the authorization server's metadata (MCP basic/authorization), and return that.

        A client stops if ``resource`` is not the URL that was typed in, or ``issuer`` not the one that was announced.
        """
        described = self.document(told(answer)["resource_metadata"], **headers)
        assert described["resource"] == self.resource
        issuer = described["authorization_servers"][0]
        metadata = self.document(f"{issuer}/.well-known/oauth-authorization-server", **headers)
        assert metadata["issuer"] == issuer
        assert "S256" in metadata["code_challenge_methods_supported"]
        return metadata

    def document(self, url: str, **headers: str) -> Json:
        """Return a document that must be there."""
        answer = self.http.get(url, headers=named(headers))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), (url, answer.text)
        document: Json = answer.json()
        return document

    def nothing_at(self, *paths: str, **headers: str) -> None:
        """Probe for documents that are not there: a JSON 404 makes every client go on, a page or a redirect stops some."""
        for path in paths:
            answer = self.http.get(path, headers=named(headers))
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json"), path
            assert "issuer" not in answer.json()

    def register(self, body: Json, **headers: str) -> Json:
        """Register, and become that client. All redirect URIs and the method must be effective as they were sent."""
        answer = self.http.post("/register", json=body, headers=named(headers))
        assert answer.status_code == 201, answer.text
        known: Json = answer.json()
        assert known["redirect_uris"] == body["redirect_uris"]
        assert known["token_endpoint_auth_method"] == body["token_endpoint_auth_method"]
        assert isinstance(known["client_id_issued_at"], int)
        self.client_id, self.client_secret = known["client_id"], known.get("client_secret")
        return known

    def authorize_url(self, metadata: Json, **parameters: str | None) -> str:
        """Return the URL that this client opens; ``None`` leaves a parameter out. Each has a verifier of its own."""
        self.verifier = f"{secrets.token_urlsafe(36)[:36]}.~_-{secrets.token_hex(4)}"
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            "redirect_uri": self.redirect_uri,
            "state": secrets.token_urlsafe(16),
            "resource": self.resource,
            **parameters,
        }
        return f"{metadata['authorization_endpoint']}?{urlencode({k: v for k, v in asked.items() if v is not None})}"

    def come_back(self, authorize_url: str, *, login: str = "alice") -> str:
        """Be the person, and return the code; state and issuer must be those that the client checks for."""
        callback = self.browser.sign_in(authorize_url, login=login)
        assert callback.startswith(query(authorize_url)["redirect_uri"] + "?")
        answer = query(callback)
        assert answer["state"] == query(authorize_url)["state"]
        assert answer["iss"] == self.live.url
        return answer["code"]

    def redeem(self, code: str, **form: str) -> None:
        """Exchange a code, with redirect URI and verifier; the answer must be usable."""
        granted = self.token(
            grant_type="authorization_code", code=code, code_verifier=self.verifier, redirect_uri=self.redirect_uri, **form
        )
        assert granted.status_code == 200, granted.text
        self._keep(granted)

    def sign_in(self, metadata: Json, **parameters: str | None) -> None:
        """Do all of it as most do: in the browser and back, the resource named in both requests."""
        code = self.come_back(self.authorize_url(metadata, **parameters))
        self.redeem(code, client_id=self.client_id, resource=self.resource)

    def refresh(self, **form: str) -> None:
        """Exchange the refresh token. The old access token must not be needed again, and both tokens must be new."""
        before = self.tokens
        self._keep(self.try_refresh(before["refresh_token"], **form))
        assert self.tokens["access_token"] != before["access_token"]
        assert self.tokens["refresh_token"] != before["refresh_token"]
        assert set(self.tokens["scope"].split()) == set(before["scope"].split())

    def try_refresh(self, refresh_token: str, **form: str) -> httpx2.Response:
        """Exchange a refresh token, whatever comes of it."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **form)

    def token(self, **form: str) -> httpx2.Response:
        """Post a form as JavaScript's URLSearchParams writes it: ``~`` is escaped, which RFC 3986 does not ask for."""
        body = urlencode(form).replace("~", "%7E")
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        return self.http.post("/token", content=body, headers=headers)

    def let_access_token_expire(self) -> None:
        """Let an hour pass for the access tokens."""
        let_pass(lifetimes.ACCESS_TOKEN + 1, AccessToken)
        bearer.CACHE.forget()

    def _keep(self, answer: httpx2.Response) -> None:
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        self.tokens = answer.json()
        assert self.tokens["token_type"].lower() == "bearer"
        assert isinstance(self.tokens["expires_in"], int)
        assert self.tokens["expires_in"] > lifetimes.ACCESS_TOKEN - 60


def install(live: Live, user_agent: str, redirect_uri: str, **headers: str) -> Program:
    """Return a client that nobody has used yet, and that says ``user_agent`` and ``headers`` in every request."""
    http = connect(live.url, **{"User-Agent": user_agent, **named(headers)})
    return Program(live, http, redirect_uri, live.browser())


def named(headers: dict[str, str]) -> dict[str, str]:
    """Return headers with hyphens where Python's names need underscores."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def told(answer: httpx2.Response, status: int = 401) -> dict[str, str]:
    """Return what a refusal tells the client to do (RFC 6750 §3, RFC 9728 §5.1)."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    header = answer.headers["www-authenticate"]
    assert header.startswith("Bearer ")
    return dict(PAIR.findall(header))


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return status and code of an error at the token endpoint: on these two a client decides what to forget."""
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json()["error"]


DEAD = (400, "invalid_grant")
DELETED = (401, "invalid_client")


def delete_client(program: Program) -> None:
    """Let the operator delete a client, with what it holds."""
    assert Client.objects.filter(client_id=program.client_id).delete()[0]
    bearer.CACHE.forget()
