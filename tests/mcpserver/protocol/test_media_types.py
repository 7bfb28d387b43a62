"""``Content-Type`` and ``Accept`` (RFC 9110 §8.3, §12.5.1)."""

import pytest

from mcpserver.protocol import media_types
from mcpserver.protocol.errors import NotAcceptable, UnsupportedMediaType


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/json ;charset=x"]
)
def test_json_is_taken_with_any_parameter_and_in_any_case(content_type: str) -> None:
    media_types.check_content_type(content_type)


@pytest.mark.parametrize(
    "content_type", [None, "", "text/json", "application/json, text/plain", "application/json;a,text/plain"]
)
def test_anything_else_is_refused(content_type: str | None) -> None:
    with pytest.raises(UnsupportedMediaType):
        media_types.check_content_type(content_type)


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/json",
        "text/event-stream",
        "application/json, text/event-stream",
        "application/json,text/event-stream",
        "text/event-stream, application/json",
        "APPLICATION/JSON",
        "application/*",
        "text/*;q=0.1",
        "text/html, */*;q=0.8",
        "application/json;q=0, text/event-stream",
        "application/json; charset=utf-8",
        "application/json;q=high",
        "*/*;q=0, application/json",
        ", application/json",
    ],
)
def test_a_client_that_takes_json_or_a_stream_is_served(accept: str | None) -> None:
    media_types.check_accept(accept)


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "application/json;q=0", "*/*; q=0", "application/*;q=0, text/plain", ","]
)
def test_a_client_that_takes_neither_is_not(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        media_types.check_accept(accept)
