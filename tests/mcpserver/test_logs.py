import json
import logging
import logging.config
import time

import pytest

from mcpserver import logs
from wire import request_id

TOKEN = "gth_at_4oU2mPq9-x_Z"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"token {TOKEN} refused", "token [redacted] refused"),
        ("gho_16C7e42F292c6912E7710c838347Ae178B4a", "[redacted]"),
        ("ghp_abc ghs_abc ghu_abc ghr_abc", "[redacted] [redacted] [redacted] [redacted]"),
        ("github_pat_11ABC_def", "[redacted]"),
        ("GET /callback?code=abc-DEF&state=xyz", "GET /callback?code=[redacted]&state=xyz"),
        ("code_verifier=dBjftJeZ4CVP", "code_verifier=[redacted]"),
        ("client_secret=x&client_id=y", "client_secret=[redacted]&client_id=y"),
        ("access_token=a;refresh_token=b", "access_token=[redacted];refresh_token=[redacted]"),
        ("{'code': 'abc def', 'client_id': 'y'}", "{'code': [redacted], 'client_id': 'y'}"),
        ('{"refresh_token": "r\\u0031", "n": 1}', '{"refresh_token": [redacted], "n": 1}'),
        ("password=hunter2", "password=[redacted]"),
        ("Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer [redacted]"),
        ("authorization: basic dXNlcjpwYXNz", "authorization: basic [redacted]"),
        ("sessionid=abc; csrftoken=def", "sessionid=[redacted]; csrftoken=[redacted]"),
    ],
)
def test_what_looks_like_a_credential_is_replaced(text: str, redacted: str) -> None:
    assert logs.redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "POST /mcp 200 1.2 ms",
        "status_code=200",
        "the token has expired",
        "unsupported code challenge method",
        "client 3f2a, session 17",
        "Bearer missing",
        "error code 5",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert logs.redact(text) == text


@pytest.mark.parametrize("text", ["a" * 200_000 + "token=", "=token='" * 30_000, "code" * 50_000 + "=", "bearer    " * 20_000])
def test_no_text_makes_redaction_slow(text: str) -> None:
    began = time.process_time()
    logs.redact(text)
    assert time.process_time() - began < 2


@pytest.fixture
def line(capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Return a function that logs one record through the configuration and returns what is written."""
    manager = logging.Manager(logging.RootLogger(logging.WARNING))

    def write(*, debug: bool, message: str, arguments: tuple = (), **options) -> str:  # type: ignore[no-untyped-def,type-arg]
        config = logs.config(debug=debug)
        formatter = config["formatters"]["line"]["()"]()
        handler = logging.StreamHandler()
        handler.setFormatter(formatter)
        handler.addFilter(config["filters"]["request_id"]["()"]())
        logger = manager.getLogger("gatehouse.test")
        logger.handlers = [handler]
        logger.warning(message, *arguments, **options)
        return capfd.readouterr().err

    return write


def test_production_writes_one_json_object_a_line(line) -> None:  # type: ignore[no-untyped-def]
    token = request_id.current.set("r-17")
    try:
        written = line(
            debug=False, message="two\nlines %s", arguments=(1,), extra={"fields": {"status": 200, "path": "/\u2028\x1b"}}
        )
    finally:
        request_id.current.reset(token)
    assert written.count("\n") == 1
    assert written.isascii()
    record = json.loads(written)
    time_of_record = record.pop("time")
    assert record == {
        "level": "WARNING",
        "logger": "gatehouse.test",
        "message": "two\nlines 1",
        "request_id": "r-17",
        "status": 200,
        "path": "/\u2028\x1b",
    }
    assert time_of_record.endswith("+00:00")


@pytest.mark.parametrize("debug", [True, False])
def test_secrets_reach_no_line_by_message_arguments_fields_or_traceback(line, *, debug: bool) -> None:  # type: ignore[no-untyped-def]
    try:
        raise ValueError(f"cannot use {TOKEN}")
    except ValueError:
        written = line(
            debug=debug,
            message=f"first {TOKEN} %s %r",
            arguments=(TOKEN, {"client_secret": "s3cret"}),
            exc_info=True,
            stack_info=True,
            extra={"fields": {"user_agent": TOKEN, "other": [TOKEN], "object": ValueError(TOKEN)}},
        )
    assert "ValueError" in written
    assert "[redacted]" in written
    assert "gth_at_4" not in written
    assert "s3cret" not in written


def test_development_writes_a_line_that_nobody_can_forge(line) -> None:  # type: ignore[no-untyped-def]
    written = line(debug=True, message="path %s", arguments=("/\r\n12:00:00 INFO forged\x1b[31m\x9b",))
    assert written.count("\n") == 1
    assert "\x1b" not in written
    assert "\x9b" not in written
    assert written.endswith(" WARNING gatehouse.test: path /\\x0d\\x0a12:00:00 INFO forged\\x1b[31m\\x9b [-]\n")


def test_libraries_that_log_urls_are_kept_quiet() -> None:
    loggers = logs.config(debug=True)["loggers"]
    assert {loggers[name]["level"] for name in ("httpx", "httpx2", "urllib3", "oauthlib", "daphne")} == {"WARNING"}
    assert all(logger["handlers"] == [] and logger["propagate"] for logger in loggers.values())
