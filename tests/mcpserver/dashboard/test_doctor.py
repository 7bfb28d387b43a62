"""What the doctor says of each answer: the right one, and those of proxies that are set up wrongly."""

import httpx2
import pytest

from mcpserver.dashboard import doctor
from mcpserver.dashboard.doctor import Answer
from tests.conftest import Live

ORIGIN = "https://mcp.example.org"
METADATA = f"{ORIGIN}/.well-known/oauth-protected-resource"
CHALLENGE = {"www-authenticate": f'Bearer resource_metadata="{METADATA}/mcp", scope="read:user"'}
CHECKS = {check.title: check for check in doctor.checks(ORIGIN)}


@pytest.mark.parametrize(
    ("title", "answer", "words"),
    [
        ("A call without a token is sent to sign in", Answer(401, CHALLENGE, {}), None),
        ("A call without a token is sent to sign in", Answer(401, {}, {}), "does not name our metadata"),
        ("A call without a token is sent to sign in", Answer(200, CHALLENGE, {}), "200, not 401"),
        (
            "A call without a token is sent to sign in",
            Answer(301, {"location": "https://www.example.org/"}, {}),
            "www.example.org",
        ),
        ("The endpoint's metadata", Answer(200, {}, {"resource": f"{ORIGIN}/mcp"}), None),
        ("The endpoint's metadata", Answer(200, {}, {"resource": f"{ORIGIN}/mcp/"}), "not 'https://mcp.example.org/mcp'"),
        ("The endpoint's metadata", Answer(404, {}, {}), "404, not 200"),
        ("The metadata at the root", Answer(200, {}, {"resource": ORIGIN}), None),
        ("The metadata at the root", Answer(200, {}, {}), "None"),
        ("The authorization server's metadata", Answer(200, {}, {"issuer": ORIGIN}), None),
        ("The authorization server's metadata", Answer(200, {}, {"issuer": "https://other.example"}), "other.example"),
        ("A web page may register a client", Answer(204, {"access-control-allow-origin": "*"}, {}), None),
        ("A web page may register a client", Answer(405, {}, {}), "405"),
        ("A web page may ask for tokens", Answer(200, {}, {}), "without leave"),
        ("The server is ready", Answer(200, {}, {}), None),
        ("The server is ready", Answer(503, {}, {}), "503"),
        ("Plain http leads to https", Answer(308, {"location": f"{ORIGIN}/mcp"}, {}), None),
        ("Plain http leads to https", Answer(301, {"location": f"{ORIGIN}/mcp"}, {}), "301"),
        ("Plain http leads to https", Answer(308, {"location": "https://other.example/mcp"}, {}), "308"),
        ("Plain http leads to https", Answer(200, {}, {}), "200"),
    ],
)
def test_each_answer_is_judged(title: str, answer: Answer, words: str | None) -> None:
    wrong = CHECKS[title].judge(answer)
    if words is None:
        assert wrong is None
    else:
        assert wrong is not None
        assert words in wrong[0]
        assert wrong[1]


def test_plain_http_has_no_redirect_to_look_at() -> None:
    assert "Plain http leads to https" not in {check.title for check in doctor.checks("http://localhost:8000")}


def test_this_server_passes_its_own_doctor(live: Live) -> None:
    findings = doctor.examine()
    assert [finding for finding in findings if not finding.is_good] == []
    assert doctor.summary(findings).state == "good"


def test_an_address_that_nobody_answers_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    monkeypatch.setattr(doctor.httpx2, "request", refuse)
    findings = doctor.examine()
    assert {finding.says for finding in findings} == {"No answer (ConnectError)"}
    summary = doctor.summary(findings)
    assert summary.state == "bad"
    assert "PUBLIC_URL" in summary.hint
