"""What a request says of its client and of earlier rounds: read once, and refused where it has not its shape."""

from typing import Any

import pytest

from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.steps import CallTool, SetLogLevel
from tests.mcpserver.protocol.samples import (
    CAPABILITIES_KEY,
    META,
    handshake_headers,
    modern_headers,
    modern_request,
    plan,
    request,
)

LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel"


def call(meta: dict[str, Any] | None = None, **members: Any) -> CallTool:
    params = {"name": "greet", "arguments": {}, **members}
    step = plan(modern_headers("tools/call", "greet"), modern_request("tools/call", params, meta={**META, **(meta or {})}))
    assert isinstance(step, CallTool)
    return step


def test_what_a_request_says_is_read() -> None:
    asked = call(
        {CAPABILITIES_KEY: {"roots": {}}, "progressToken": 0, LOG_LEVEL_KEY: "notice"},
        inputResponses={"a": {"action": "cancel"}},
        requestState="s",
    ).asked
    assert (asked.capabilities, asked.progress_token, asked.log_level) == ({"roots": {}}, 0, "notice")
    assert (asked.input_responses, asked.request_state) == ({"a": {"action": "cancel"}}, "s")


def test_null_is_absent() -> None:
    asked = call({LOG_LEVEL_KEY: None}, inputResponses=None, requestState=None).asked
    assert (asked.log_level, asked.input_responses, asked.request_state) == (None, {}, None)


@pytest.mark.parametrize("token", [True, 1.5, None, [], {}])
def test_a_progress_token_of_another_type_is_none(token: Any) -> None:
    assert call({"progressToken": token}).asked.progress_token is None


@pytest.mark.parametrize("token", ["t" * 256, 10**255])
def test_a_progress_token_is_not_long(token: Any) -> None:
    """It is in each notice, and each notice is kept: a token of a megabyte would be a thousand of them."""
    assert call({"progressToken": token}).asked.progress_token == token
    longer = token + "t" if isinstance(token, str) else token * 10
    assert call({"progressToken": longer}).asked.progress_token is None


@pytest.mark.parametrize(
    ("meta", "members"),
    [
        ({LOG_LEVEL_KEY: "verbose"}, {}),
        ({LOG_LEVEL_KEY: "INFO"}, {}),
        ({LOG_LEVEL_KEY: 3}, {}),
        ({LOG_LEVEL_KEY: ["info"]}, {}),
        ({}, {"inputResponses": 12345}),
        ({}, {"inputResponses": []}),
        ({}, {"inputResponses": {"a": 12345}}),
        ({}, {"inputResponses": {"a": None}}),
        ({}, {"requestState": 5}),
        ({}, {"requestState": {}}),
    ],
)
def test_what_has_not_its_shape_is_refused(meta: dict[str, Any], members: dict[str, Any]) -> None:
    """LG-03, MR-05."""
    with pytest.raises(InvalidParams):
        call(meta, **members)


def test_the_handshake_era_knows_of_no_rounds() -> None:
    """Members of another era are nothing there, of whatever shape."""
    params = {"name": "greet", "inputResponses": 5, "requestState": 5, "_meta": {LOG_LEVEL_KEY: "verbose"}}
    step = plan(handshake_headers("2025-11-25"), request("tools/call", params))
    assert isinstance(step, CallTool)
    assert (step.asked.input_responses, step.asked.request_state, step.asked.log_level) == ({}, None, None)


@pytest.mark.parametrize("level", ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"])
def test_each_level_can_be_set(level: str) -> None:
    """LG-02."""
    step = plan(handshake_headers("2025-06-18"), request("logging/setLevel", {"level": level}))
    assert isinstance(step, SetLogLevel)
    assert step.level == level
