"""Reading, getting and completing: what may go wrong within them, and what is recorded."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from tests.tools.cast import BOB, context_of
from tools import reader
from tools.arguments import InvalidArguments
from tools.completions import Suggestions
from tools.context import ToolContext
from tools.link import CallEnded
from tools.prompts import Message, Prompt, prompt, user
from tools.resources import NotFound, Resource, resource
from tools.results import ToolError
from tools.runner import PermissionMissing, TimedOut, ToolFault

pytestmark = pytest.mark.asyncio

Body = Callable[..., Any]


class Arguments(BaseModel):
    repository: str = Field(description="Which one")
    tone: Literal["kind", "frank"] = Field("kind", description="How to say it")
    lines: int = Field(10, ge=1, description="How long")


def resource_of(body: Body, **options: Any) -> Resource:
    async def note(name: str, owner: str, context: ToolContext) -> Any:
        """A note."""
        found = body(owner, name, context)
        return await found if asyncio.iscoroutine(found) else found

    given = {"title": "Note", "mime_type": "text/plain", "scopes": {"read:user"}} | options
    return resource("notes://{owner}/{name}", **given)(note)


def prompt_of(body: Body, **options: Any) -> Prompt:
    async def review(arguments: Arguments, context: ToolContext) -> Any:
        """Review it."""
        found = body(arguments, context)
        return await found if asyncio.iscoroutine(found) else found

    return prompt(**({"title": "Review", "scopes": {"read:user"}} | options))(review)


async def read(made: Resource, context: ToolContext | None = None) -> Any:
    return await reader.read(made, "notes://alice/x", {"owner": "alice", "name": "x"}, context or context_of())


async def get(made: Prompt, arguments: Mapping[str, str] | None = None, context: ToolContext | None = None) -> Any:
    return await reader.get(made, {"repository": "a"} if arguments is None else arguments, context or context_of())


async def complete(made: Prompt, context: ToolContext | None = None) -> Any:
    return await reader.complete(made, made.completers["tone"], "k", {"repository": "a"}, context or context_of())


def completing(body: Body) -> Prompt:
    made = prompt_of(lambda *_: "")

    @made.complete("tone")
    async def suggest(value: str, chosen: Mapping[str, str], context: ToolContext) -> Any:
        found = body(value, chosen, context)
        return await found if asyncio.iscoroutine(found) else found

    return made


async def carry_out(kind: str, body: Body) -> Any:
    """Carry out one of each kind, whose author's function is ``body``."""
    match kind:
        case "resource":
            return await read(resource_of(body, timeout_seconds=0.01))
        case "prompt":
            return await get(prompt_of(body, timeout_seconds=0.01))
        case _:
            return await complete(completing(body))


each_kind = pytest.mark.parametrize("kind", ["resource", "prompt", "completion"])


def record_of(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """Return the one line that it leaves, without the time."""
    (record,) = [each for each in caplog.records if "outcome=" in each.getMessage()]
    return {name: value for name, value in record.fields.items() if name != "duration_ms"}  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _listen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tools.reader")


async def test_a_resource_is_read_with_its_variables_by_name(caplog: pytest.LogCaptureFixture) -> None:
    contents = await read(resource_of(lambda owner, name, context: f"{owner} {name} {context.person.login}"))
    assert contents == [{"uri": "notes://alice/x", "mimeType": "text/plain", "text": "alice x alice"}]
    # Neither URI nor values: they are the person's.
    assert record_of(caplog) == {"resource": "note", "outcome": "ok", "request_id": "req-test"}


async def test_what_somebody_may_not_read_is_not_there_and_nothing_runs(caplog: pytest.LogCaptureFixture) -> None:
    own = resource_of(called, readable_by=lambda person, variables: person.login == variables["owner"])
    with pytest.raises(NotFound):
        await read(own, context_of(BOB))
    assert record_of(caplog)["outcome"] == "not_found"


async def test_an_author_may_find_that_there_is_nothing() -> None:
    def body(*_: object) -> None:
        raise NotFound

    with pytest.raises(NotFound):
        await read(resource_of(body))


async def test_a_listing_shows_what_this_person_may_read() -> None:
    made = resource_of(lambda *_: "", readable_by=lambda person, variables: person.login == variables["owner"])

    @made.listed
    async def listing(context: ToolContext) -> list[dict[str, str]]:
        return [{"owner": owner, "name": "x"} for owner in ("alice", "bob")]

    assert [entry["uri"] for entry in await reader.listed(made, context_of(BOB))] == ["notes://bob/x"]


async def test_a_prompt_says_what_its_function_says(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Arguments] = []

    def body(arguments: Arguments, _context: ToolContext) -> list[Message]:
        seen.append(arguments)
        return [user("hi")]

    assert await get(prompt_of(body), {"repository": "5", "lines": "3", "tone": "frank"}) == (user("hi"),)
    # Values are strings on the wire, and read as what the author declared.
    assert seen == [Arguments(repository="5", tone="frank", lines=3)]
    assert record_of(caplog) == {"prompt": "review", "outcome": "ok", "request_id": "req-test"}


async def test_a_prompt_without_arguments_is_given_the_context_alone() -> None:
    @prompt(title="Hello")
    async def hello(context: ToolContext) -> str:
        """Say hello."""
        return context.person.login

    assert await reader.get(hello, {}, context_of()) == (user("alice"),)
    with pytest.raises(InvalidArguments, match=r"hello takes these arguments: none\."):
        await reader.get(hello, {"name": "x"}, context_of())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Missing arguments: repository."),
        ({"tone": "rude"}, "Missing arguments: repository."),
        ({"repository": "a", "more": "secret"}, "review takes these arguments: repository, tone, lines."),
        (
            {"repository": "a", "lines": "secret"},
            "The arguments of review are not right. lines: Input should be a valid integer",
        ),
        ({"repository": "a", "lines": "0"}, "lines: Input should be greater than or equal to 1"),
        ({"repository": "a", "tone": "secret"}, "tone: Input should be 'kind' or 'frank'"),
    ],
)
async def test_wrong_arguments_are_named_without_their_values(
    arguments: dict[str, str], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """MCP server/prompts, Error Handling: missing required arguments are the caller's to mend."""

    with pytest.raises(InvalidArguments) as raised:
        await get(prompt_of(called), arguments)
    assert message in str(raised.value)
    assert "secret" not in str(raised.value)
    assert record_of(caplog)["outcome"] == "invalid_arguments"


async def test_a_completion_sees_what_is_typed_and_what_was_chosen(caplog: pytest.LogCaptureFixture) -> None:
    made = completing(lambda value, chosen, context: [value, chosen["repository"], context.person.login])
    assert await complete(made) == Suggestions(("k", "a", "alice"), 3)
    assert record_of(caplog) == {"completion": "review", "outcome": "ok", "request_id": "req-test"}


@each_kind
async def test_an_error_of_the_author_keeps_its_words(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    def body(*_: object) -> None:
        raise ToolError("Try again later.")

    with pytest.raises(ToolError, match="Try again later"):
        await carry_out(kind, body)
    assert record_of(caplog)["outcome"] == "tool_error"


@each_kind
@pytest.mark.parametrize("bug", [lambda: 1 // 0, object, lambda: [b""]])
async def test_a_bug_is_logged_and_hidden(kind: str, bug: Callable[[], Any], caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ToolFault) as raised:
        await carry_out(kind, lambda *_: bug())
    assert (str(raised.value), raised.value.request_id) == ("internal error (reference req-test)", "req-test")
    assert record_of(caplog)["outcome"] == "fault"
    [error] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert error.exc_info is not None


@pytest.mark.parametrize("kind", ["resource", "prompt"])
async def test_what_takes_too_long_is_stopped(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    stopped = asyncio.Event()

    async def forever(*_: object) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with pytest.raises(TimedOut):
        await carry_out(kind, forever)
    assert stopped.is_set()
    assert record_of(caplog)["outcome"] == "timeout"


async def test_a_completion_is_given_little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "COMPLETION_TIMEOUT_SECONDS", 0.01)

    async def forever(*_: object) -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimedOut):
        await carry_out("completion", forever)


async def test_a_time_limit_of_the_authors_own_is_a_bug_when_nobody_catches_it() -> None:
    def body(*_: object) -> None:
        raise TimeoutError

    with pytest.raises(ToolFault):
        await carry_out("resource", body)


@each_kind
async def test_a_caller_who_goes_away_stops_it(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    begun = asyncio.Event()

    async def forever(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(carry_out(kind, forever) if kind == "completion" else _patient(kind, forever))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert record_of(caplog)["outcome"] == "cancelled"


async def _patient(kind: str, body: Body) -> Any:
    return await (read(resource_of(body)) if kind == "resource" else get(prompt_of(body)))


class Ended(CallEnded):
    pass


@pytest.mark.parametrize("kind", ["resource", "prompt"])
@pytest.mark.parametrize("error", [Ended(), BaseExceptionGroup("tasks", [Ended()])])
async def test_a_question_may_end_the_round(kind: str, error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    """MCP 2026-07-28 basic/patterns/mrtr: ``resources/read`` and ``prompts/get`` may ask."""

    def body(*_: object) -> None:
        raise error

    with pytest.raises(Ended):
        await carry_out(kind, body)
    assert record_of(caplog)["outcome"] == "ended"


def called(*_: object) -> None:
    raise AssertionError("called")


@pytest.mark.parametrize(
    "ask",
    [
        lambda context: read(resource_of(called), context),
        lambda context: get(prompt_of(called), None, context),
        lambda context: complete(completing(called), context),
    ],
)
async def test_a_missing_permission_stops_it_here_too(ask: Callable[[ToolContext], Any]) -> None:
    with pytest.raises(PermissionMissing, match="read:user"):
        await ask(context_of(scopes=frozenset({"other"})))


async def test_a_plain_function_runs_in_a_thread() -> None:
    @resource("notes://welcome", title="Welcome")
    def welcome(context: ToolContext) -> str:
        """Welcome."""
        return threading.current_thread().name

    [contents] = await reader.read(welcome, "notes://welcome", {}, context_of())
    assert contents["text"] != threading.current_thread().name
