"""The wrapper as a whole, in process: what passes, what every answer carries, and what other origins may read."""

import pytest

from mcpserver.edge import Edge, EdgeConfig
from mcpserver.edge.types import Receive, Scope, Send
from tests.mcpserver.edge.apps import Recorder, edge
from tests.support.asgi_call import HOST, call
from wire import request_id

INSPECTOR = (b"origin", b"http://localhost:6274")


@pytest.mark.asyncio
async def test_a_good_request_reaches_the_app_and_comes_back() -> None:
    app = Recorder((b"Content-Type", b"text/plain"))
    answer = await call(edge(app), "POST", "/mcp", body=(b"ab", b"cd"))
    assert (answer.status, answer.body, answer.is_complete) == (200, b"fine", True)
    assert app.body == b"abcd"
    assert answer.header(b"content-type") == b"text/plain"


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/mcp", "/token", "/", "/health", "/static/x.css", "/no/such"])
async def test_every_answer_carries_the_security_headers(path: str) -> None:
    answer = await call(edge(Recorder()), "GET", path)
    assert answer.header(b"x-content-type-options") == b"nosniff"
    assert answer.header(b"referrer-policy") == b"same-origin"
    assert answer.header(b"x-frame-options") == b"DENY"
    assert b"default-src 'none'" in (answer.header(b"content-security-policy") or b"")
    assert answer.header(b"permissions-policy") is not None
    assert answer.header(b"strict-transport-security") == b"max-age=31536000"
    assert answer.header(b"cross-origin-opener-policy") is None


@pytest.mark.asyncio
async def test_a_views_own_policy_is_kept_and_the_server_does_not_name_itself() -> None:
    app = Recorder(
        (b"Content-Security-Policy", b"form-action cursor:"), (b"Server", b"x/1.0"), (b"X-Frame-Options", b"SAMEORIGIN")
    )
    answer = await call(edge(app), "GET", "/auth")
    assert answer.header(b"content-security-policy") == b"form-action cursor:"
    assert answer.header(b"x-frame-options") == b"SAMEORIGIN"
    assert answer.header(b"server") is None


@pytest.mark.asyncio
async def test_there_is_no_hsts_without_https() -> None:
    plain = Edge(Recorder(), config=EdgeConfig(public_url="http://localhost:8000"))
    answer = await call(plain, "GET", "/", headers=[(b"host", b"localhost:8000")])
    assert answer.status == 200
    assert answer.header(b"strict-transport-security") is None


@pytest.mark.asyncio
async def test_resources_are_shared_across_origins_only_where_cors_is_open() -> None:
    assert (await call(edge(Recorder()), "GET", "/")).header(b"cross-origin-resource-policy") == b"same-origin"
    metadata = await call(edge(Recorder()), "GET", "/.well-known/oauth-authorization-server")
    assert metadata.header(b"cross-origin-resource-policy") == b"cross-origin"


@pytest.mark.asyncio
async def test_each_request_gets_an_id_of_its_own_everywhere() -> None:
    app = Recorder()
    wrapped = edge(app)
    answers = [await call(wrapped, "GET", "/", headers=[HOST, (b"x-request-id", b"forged")]) for _ in range(2)]
    ids = [answer.header(b"x-request-id").decode() for answer in answers]
    assert app.request_ids == ids == [scope["request_id"] for scope in app.scopes]
    assert "forged" not in ids
    assert len(set(ids)) == 2
    assert request_id.current.get() == "-"


@pytest.mark.asyncio
async def test_a_trusted_proxys_word_is_taken_and_kept_from_the_app() -> None:
    app = Recorder()
    headers = [
        HOST,
        (b"x-request-id", b"proxy-1"),
        (b"x-forwarded-for", b"203.0.113.5"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"evil.example"),
    ]
    answer = await call(edge(app), "GET", "/", headers=headers, client=("10.0.0.9", 4_000))
    assert answer.header(b"x-request-id") == b"proxy-1"
    [scope] = app.scopes
    assert (scope["client"], scope["scheme"], scope["request_id"]) == (("203.0.113.5", 0), "https", "proxy-1")
    assert scope["headers"] == [HOST]


@pytest.mark.asyncio
async def test_a_strangers_forwarding_headers_change_nothing() -> None:
    app = Recorder()
    headers = [HOST, (b"x-forwarded-for", b"203.0.113.5"), (b"x-forwarded-proto", b"https")]
    await call(edge(app), "GET", "/", headers=headers)
    [scope] = app.scopes
    assert (scope["client"], scope["scheme"]) == (("192.0.2.7", 50_000), "http")


@pytest.mark.asyncio
async def test_a_root_path_from_the_server_is_not_believed() -> None:
    """daphne takes it from a header of the request; with it `/static/mcp` would be routed to the MCP consumer."""
    app = Recorder()

    async def with_root_path(scope: Scope, receive: Receive, send: Send) -> None:
        await edge(app)({**scope, "root_path": "/static"}, receive, send)

    await call(with_root_path, "GET", "/static/mcp")
    assert app.scopes[0]["root_path"] == ""


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path", ["/token", "/register", "/revoke", "/introspect", "/auth", "/.well-known/oauth-protected-resource/mcp"]
)
async def test_a_preflight_from_anywhere_is_answered_by_the_wrapper_at_open_paths(path: str) -> None:
    app = Recorder()
    headers = [HOST, (b"origin", b"https://web.example"), (b"access-control-request-method", b"POST")]
    answer = await call(edge(app, max_page_requests=0), "OPTIONS", path, headers=headers)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header(b"access-control-allow-origin") == b"*"
    assert answer.header(b"access-control-max-age") == b"7200"
    assert b"Authorization" in (answer.header(b"access-control-allow-headers") or b"")
    assert answer.header(b"content-length") is None
    assert app.scopes == []


@pytest.mark.asyncio
async def test_a_preflight_at_mcp_is_answered_for_allowed_origins_only() -> None:
    asked = (b"access-control-request-method", b"POST")
    answer = await call(edge(Recorder()), "OPTIONS", "/mcp", headers=[HOST, INSPECTOR, asked])
    assert answer.status == 204
    assert answer.header(b"access-control-allow-origin") == INSPECTOR[1]
    answer = await call(edge(Recorder()), "OPTIONS", "/mcp", headers=[HOST, (b"origin", b"https://evil.example"), asked])
    assert answer.status == 403
    assert answer.header(b"access-control-allow-methods") is None


@pytest.mark.asyncio
async def test_the_wrappers_cors_headers_replace_the_apps() -> None:
    app = Recorder((b"Access-Control-Allow-Origin", b"https://other.example"), (b"Access-Control-Allow-Credentials", b"true"))
    answer = await call(edge(app), "POST", "/token", headers=[HOST, (b"origin", b"https://web.example")])
    assert answer.header(b"access-control-allow-origin") == b"*"
    assert answer.header(b"access-control-allow-credentials") is None


@pytest.mark.asyncio
async def test_pages_are_not_readable_from_other_origins() -> None:
    answer = await call(edge(Recorder()), "GET", "/account", headers=[HOST, (b"origin", b"http://localhost:6274")])
    assert answer.header(b"access-control-allow-origin") is None
