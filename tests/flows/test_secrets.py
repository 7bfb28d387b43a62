"""No secret leaves its place: a whole life of a session, then a search for every value that must not be anywhere else."""

import logging
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection

from mcpserver import logs
from tests.conftest import Live
from tests.support.flow import OAuthClient, query
from tests.support.rows import let_pass
from tests.support.tabs import open_consent


class Collector(logging.Handler):
    """Keeps every record of every logger, as it is written and as it was before secrets were taken out of it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logs.JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
        # What the last net caught should not have been there. The access log alone is handed paths that strangers make up.
        if record.name != "gatehouse.access":
            self.lines.append(f"{record.msg} {record.args!r}")


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Collect all that is logged, from DEBUG up, whatever the settings say; what tells of SQL and sockets included."""
    collector, root = Collector(), logging.getLogger()
    ours = (
        "gatehouse.access",
        "gatehouse.edge",
        "oauth_bridge",
        "mcpserver",
        "tools",
        "django",
        "social",
        "uvicorn",
        "asyncio",
    )
    loggers = [root, *(logging.getLogger(name) for name in (*ours, "urllib3", "uvicorn.error"))]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    root.addHandler(collector)
    yield collector.lines
    root.removeHandler(collector)
    for logger, level in before:
        logger.setLevel(level)
    logging.getLogger("django.db.backends").setLevel(logging.NOTSET)


class Life:
    """A client's life from registration to reuse, with its mistakes; notes every secret on the way and every answer."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.client = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_post")
        self.secrets = {"client secret": self.client.client_secret or "", "verifier": self.client.verifier}
        self.answers: list[str] = []

    def run(self) -> None:
        self.sign_in()
        self.refuse()
        self.use()
        self.end()

    def sign_in(self) -> None:
        self.browser, consent = open_consent(self.live, self.client)
        self.secrets["pending id"] = consent.fields["pending"]
        trip = self.browser.press(consent, "allow").headers["location"]
        back = self.live.simulator.approve(trip, login="alice")
        self.secrets |= {"state for GitHub": query(trip)["state"], "code of GitHub": query(back)["code"]}
        self.callback = self.browser.http.get(back).headers["location"]
        self.answers.append(self.browser.http.get(back).text)
        self.secrets |= {"code": query(self.callback)["code"]}
        self.secrets |= {f"cookie {cookie.name}": cookie.value or "" for cookie in self.browser.http.cookies.jar}

    def refuse(self) -> None:
        wrong = [{"code_verifier": "w" * 43}, {"redirect_uri": "https://evil.example"}, {"resource": "https://evil.example"}]
        self.answers += [self.client.redeem(self.callback, **change).text for change in wrong]
        self.answers.append(self.client.token(grant_type="authorization_code", code=self.secrets["code"]).text)

    def use(self) -> None:
        self.note(self.client.redeem(self.callback).json())
        self.client.call("get_user_info")
        self.note(self.client.refresh().json())
        self.client.call("get_github_repos", limit=1)
        self.live.simulator.fault("/api/v3/user", "status", status=500)
        self.client.mcp("tools/call", name="get_user_info", arguments={})
        token = self.client.tokens["access_token"]
        self.answers.append(self.client.http.get("/mcp", params={"access_token": token}).text)
        self.answers.append(self.client.mcp(token=token + "x").text)
        self.answers.append(self.client.http.get(f"/nothing/{token}", headers={"Accept": "application/json"}).text)

    def end(self) -> None:
        let_pass(61)
        self.answers.append(self.client.redeem(self.callback).text)
        self.answers.append(self.client.refresh().text)
        self.answers.append(self.client.mcp().text)

    def note(self, body: dict[str, str]) -> None:
        number = len(self.secrets)
        self.secrets |= {f"{name} {number}": body[name] for name in ("access_token", "refresh_token")}

    def all_secrets(self) -> dict[str, str]:
        """Return every secret by name, those between this server and GitHub included."""
        for number, request in enumerate(self.live.simulator.requests):
            if request.path.endswith("/access_token"):
                self.secrets[f"verifier for GitHub {number}"] = request.form()["code_verifier"]
            if token := request.headers.get("authorization", "").partition(" ")[2]:
                self.secrets["token of GitHub"] = token
        assert all(len(secret) >= 16 for secret in self.secrets.values()), self.secrets.keys()
        return self.secrets


def test_no_log_and_no_error_holds_a_secret(live: Live, written: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """G15: the known values are searched for in every record at every level, in all output, and in each refusal."""
    life = Life(live)
    life.run()
    captured = capfd.readouterr()
    places = {"log": "\n".join(written), "output": captured.out + captured.err, "answers": "\n".join(life.answers)}
    assert "POST /token" in places["log"], "nothing was collected: this test proves nothing"
    assert "invalid_grant" in places["answers"]
    found = [
        f"{name} in {place}" for name, secret in life.all_secrets().items() for place, text in places.items() if secret in text
    ]
    assert not found


def test_no_table_holds_a_secret(live: Live) -> None:
    """A2, A3, A4: whoever steals the database has hashes and sealed texts, none of which opens anything."""
    life = Life(live)
    life.run()
    stored = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
            for row in cursor.fetchall():
                stored += [
                    bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value) for value in row
                ]
    text = "\n".join(stored)
    assert life.client.client_id in text
    # The browser session's key is Django's, and is of use only while that session lives.
    secrets = {name: secret for name, secret in life.all_secrets().items() if not name.endswith("_session")}
    assert not [name for name, secret in secrets.items() if secret in text]


def test_a_url_on_the_way_carries_only_what_it_must(live: Live) -> None:
    """To GitHub: its state and our challenge. To the client: code, state, issuer. No page of ours is told where from."""
    life = Life(live)
    life.sign_in()
    assert query(life.callback).keys() == {"code", "state", "iss"}
    page = life.browser.http.get("/callback")
    assert page.headers["referrer-policy"] in {"same-origin", "no-referrer"}
