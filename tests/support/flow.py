"""A person's browser and an MCP client, over real HTTP: what a sign-in needs, step by step."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from oauth_bridge.github.simulator.server import Simulator

REDIRECT_URI = "http://127.0.0.1:7777/callback"

_open: list[httpx2.Client] = []


def connect(url: str, **headers: str) -> httpx2.Client:
    """Return an HTTP client that follows no redirect; :func:`close_all` closes it."""
    http = httpx2.Client(base_url=url, timeout=30, headers=headers)
    _open.append(http)
    return http


def close_all() -> None:
    """Close what :func:`connect` opened."""
    while _open:
        _open.pop().close()


@dataclass
class Consent:
    """A consent page, as a browser holds it: its form, ready to be sent."""

    response: httpx2.Response
    fields: dict[str, str]


class Browser:
    """One person's browser at one server: keeps cookies, follows no redirect by itself."""

    def __init__(self, url: str, simulator: Simulator, *, headers: dict[str, str] | None = None) -> None:
        self.http = connect(url, **{"User-Agent": "Test Browser 1.0", **(headers or {})})
        self.url, self.simulator = url, simulator

    def consent(self, authorize_url: str) -> Consent:
        """Open the authorization URL; the page must be the consent page."""
        response = self.http.get(authorize_url)
        assert response.status_code == 200, (response.status_code, response.text[:2000], response.headers.get("location"))
        return Consent(response, form_fields(response.text))

    def press(self, consent: Consent, decision: str) -> httpx2.Response:
        """Press a button of the consent page."""
        return self.http.post("/auth", data={**consent.fields, "decision": decision}, headers={"Origin": self.url})

    def at_github(self, url: str, *, login: str) -> httpx2.Response:
        """Be the person at GitHub, and come back."""
        return self.http.get(self.simulator.approve(url, login=login))

    def sign_in(self, authorize_url: str, *, login: str = "alice") -> str:
        """Allow and sign in at GitHub if asked; return the URL that the client is sent."""
        answer = self.press(self.consent(authorize_url), "allow")
        if answer.headers.get("location", "").startswith(self.simulator.url):
            answer = self.at_github(answer.headers["location"], login=login)
        assert answer.status_code in {302, 303}, answer.text[:2000]
        return answer.headers["location"]


@dataclass
class OAuthClient:
    """An MCP client: registers, asks, redeems. ``tokens`` is the last answer of the token endpoint."""

    http: httpx2.Client
    client_id: str
    client_secret: str | None = None
    redirect_uri: str = REDIRECT_URI
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    tokens: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def register(cls, url: str, **metadata: Any) -> "OAuthClient":
        """Register at a server; public unless ``metadata`` says otherwise."""
        http = connect(url)
        body = {
            # Each its own: the same registration again is the same client.
            "client_name": f"Test Client {secrets.token_hex(4)}",
            "redirect_uris": [REDIRECT_URI],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            **metadata,
        }
        answer = http.post("/register", json=body)
        assert answer.status_code == 201, answer.text
        known = answer.json()
        return cls(http, known["client_id"], known.get("client_secret"), known["redirect_uris"][0])

    def authorize_url(self, **changes: str | None) -> str:
        """Return an authorization URL; ``None`` leaves a parameter out."""
        parameters: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": "state-1",
            "scope": "read:user user:email",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
            "resource": f"{str(self.http.base_url).rstrip('/')}/mcp",
            **changes,
        }
        return "/auth?" + urlencode({name: value for name, value in parameters.items() if value is not None})

    def token(self, **form: str) -> httpx2.Response:
        """Post a form to the token endpoint, as this client."""
        body = {"client_id": self.client_id, **form}
        if self.client_secret:
            body["client_secret"] = self.client_secret
        return self.http.post("/token", data=body)

    def redeem(self, callback_url: str, **changes: str) -> httpx2.Response:
        """Exchange the code of the URL that this client was sent."""
        form = {
            "grant_type": "authorization_code",
            "code": query(callback_url)["code"],
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **changes,
        }
        answer = self.token(**form)
        if answer.status_code == 200:
            self.tokens = answer.json()
        return answer

    def refresh(self, refresh_token: str | None = None, **changes: str) -> httpx2.Response:
        """Exchange a refresh token; the last one unless another is given."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token or self.tokens["refresh_token"], **changes}
        answer = self.token(**form)
        if answer.status_code == 200 and refresh_token is None:
            self.tokens = answer.json()
        return answer

    def mcp(self, method: str = "tools/list", *, token: str | None = None, **params: Any) -> httpx2.Response:
        """Call the MCP endpoint in the handshake era."""
        return self.http.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
            headers={
                "Authorization": f"Bearer {token or self.tokens['access_token']}",
                "MCP-Protocol-Version": "2025-11-25",
                "Accept": "application/json, text/event-stream",
            },
        )

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool and return its result."""
        answer = self.mcp("tools/call", name=tool, arguments=arguments)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()["result"]
        return result


def signed_in(
    url: str, simulator: Simulator, *, login: str = "alice", scope: str | None = None, **metadata: Any
) -> OAuthClient:
    """Return a client through which a person has signed in."""
    client = OAuthClient.register(url, **metadata)
    changes = {"scope": scope} if scope else {}
    callback = Browser(url, simulator).sign_in(client.authorize_url(**changes), login=login)
    answer = client.redeem(callback)
    assert answer.status_code == 200, answer.text
    return client


def challenge(verifier: str) -> str:
    """Return the S256 challenge, computed apart from the product."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def query(url: str) -> dict[str, str]:
    """Return a URL's query; no parameter may be there twice."""
    values = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert all(len(value) == 1 for value in values.values()), url
    return {name: value[0] for name, value in values.items()}


def form_fields(html: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        if (
            'type="hidden"' in tag
            and (name := re.search(r'name="([^"]*)"', tag))
            and (value := re.search(r'value="([^"]*)"', tag))
        ):
            found[unescape(name[1])] = unescape(value[1])
    return found
