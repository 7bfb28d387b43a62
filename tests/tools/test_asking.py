"""What a tool may ask: the author's side, and the clock that waits meanwhile."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from tests.tools.cast import context_of
from tools import asking, runner, sampling
from tools.asking import Form
from tools.context import ToolContext
from tools.link import AnswerMalformed, CallEnded, CapabilityMissing, InputRefused, InputRequest, Unlinked
from tools.registry import Tool, tool
from tools.results import ToolResult, text
from tools.running import Running
from tools.sampling import said

pytestmark = pytest.mark.asyncio


class Name(Form):
    name: str


class Nothing(BaseModel):
    pass


class Deaf(Unlinked):
    """A link whose answer comes when the test says so."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        self.asked.set()
        answer = await self.answer
        return dict.fromkeys(requests, answer)


@pytest.mark.parametrize(
    ("capabilities", "needs", "expected"),
    [
        ({}, {}, True),
        ({}, asking.FORM, False),
        ({"elicitation": {}}, asking.FORM, True),
        ({"elicitation": {}}, asking.URL, False),
        ({"elicitation": {"url": {}}}, asking.FORM, False),
        ({"elicitation": {"url": {}}}, asking.URL, True),
        ({"elicitation": {"url": True}}, asking.URL, False),
        ({"elicitation": None}, asking.FORM, False),
        ({"sampling": {}}, asking.SAMPLING, True),
        ({"sampling": {}}, asking.SAMPLING_WITH_TOOLS, False),
        ({"sampling": {"tools": {}}}, asking.SAMPLING_WITH_TOOLS, True),
        ({"sampling": {}}, {"sampling": {}, "roots": {}}, False),
    ],
)
async def test_what_a_client_declares(capabilities: dict[str, Any], needs: dict[str, Any], expected: bool) -> None:
    assert asking.declares(capabilities, needs) is expected


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://",
        "/relative",
        "https://alice:pw@example.com/",
        "https://alice@example.com/",
        "https://example.com/a b",
        "https://example.com/\n",
    ],
)
async def test_only_a_safe_url_is_shown(url: str) -> None:
    """EL-06."""
    with pytest.raises(ValueError, match="https"):
        asking.page("Open", url)


@pytest.mark.parametrize(
    "url", ["https://example.com/x?y=1", "http://localhost:8000/x", "http://127.0.0.1/", "http://[::1]:1/"]
)
async def test_https_and_loopback_are_safe(url: str) -> None:
    assert asking.page("Open", url).request().params["url"] == url


USE = {"type": "tool_use", "id": "t1", "name": "x", "input": {}}
RESULT = {"type": "tool_result", "toolUseId": "t1", "content": []}


@pytest.mark.parametrize(
    ("messages", "is_right"),
    [
        ("Hello", True),
        ([said("user", "Hello"), said("assistant", [USE]), said("user", [RESULT])], True),
        ([said("user", "a"), said("assistant", [USE]), said("user", [RESULT, {"type": "text", "text": "x"}])], False),
        ([said("user", "a"), said("assistant", [USE]), said("user", "no result")], False),
        ([said("user", [RESULT])], False),
        ([], False),
    ],
)
async def test_tool_results_answer_tool_uses(messages: Any, is_right: bool) -> None:
    """SM-01."""
    if is_right:
        assert sampling.params(messages, 5)["maxTokens"] == 5
    else:
        with pytest.raises(ValueError, match=r"tool|message"):
            sampling.params(messages, 5)


async def test_sampling_options_have_the_wires_names() -> None:
    made = sampling.params(
        "Hi", 5, temperature=0.5, stop_sequences=["."], tools=[{"name": "x"}], tool_choice="required", metadata={"a": 1}
    )
    assert made == {
        "messages": [{"role": "user", "content": {"type": "text", "text": "Hi"}}],
        "maxTokens": 5,
        "temperature": 0.5,
        "metadata": {"a": 1},
        "stopSequences": ["."],
        "tools": [{"name": "x"}],
        "toolChoice": {"mode": "required"},
    }
    assert asking.sample("Hi", 5, tools=[{"name": "x"}]).request().needs == {"sampling": {"tools": {}}}


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"role": "assistant", "content": {"type": "text", "text": "x"}},
        {"role": "system", "model": "m", "content": {"type": "text", "text": "x"}},
        {"role": "assistant", "model": "m", "content": "x"},
        {"role": "assistant", "model": "m", "content": [{"text": "x"}]},
        {"role": "assistant", "model": "m", "content": {"type": "text"}, "stopReason": 1},
    ],
)
async def test_what_no_model_says_is_malformed(result: dict[str, Any]) -> None:
    with pytest.raises(AnswerMalformed):
        sampling.read(result)


async def test_a_model_may_ask_for_a_tool() -> None:
    answer = sampling.read({"role": "assistant", "model": "m", "content": USE, "stopReason": "toolUse"})
    assert (answer.text, answer.tool_uses, answer.stop_reason) == ("", (USE,), "toolUse")


@pytest.mark.parametrize(
    "result", [{}, {"roots": {}}, {"roots": [1]}, {"roots": [{"uri": 1}]}, {"roots": [{"uri": "a", "name": 1}]}]
)
async def test_what_is_no_list_of_roots_is_malformed(result: dict[str, Any]) -> None:
    with pytest.raises(AnswerMalformed):
        asking.roots().read(result)


async def test_without_a_client_nobody_is_asked() -> None:
    context = context_of()
    assert (context.can_ask, context.can_ask_url, context.can_sample, context.can_list_roots) == (False,) * 4
    with pytest.raises(InputRefused):
        await context.ask("Who?", Name)


async def test_the_clock_stands_still_while_somebody_thinks() -> None:
    """Also when two are asked at once, and it goes on with what was left."""
    running, (one, two) = Running(), (asyncio.Event(), asyncio.Event())
    loop = asyncio.get_running_loop()

    async def ask(until: asyncio.Event) -> None:
        async with running.paused():
            await until.wait()

    async with running.within(60) as limit:
        asked = [asyncio.create_task(ask(event)) for event in (one, two)]
        await asyncio.sleep(0)
        assert limit.when() is None
        one.set()
        await asked[0]
        assert limit.when() is None
        two.set()
        await asked[1]
        when = limit.when()
        assert when is not None
        assert loop.time() < when <= loop.time() + 60


async def test_a_question_that_outlives_its_call_harms_nobody() -> None:
    running, event = Running(), asyncio.Event()

    async def ask() -> None:
        async with running.paused():
            await event.wait()

    async with running.within(60):
        asked = asyncio.create_task(ask())
        await asyncio.sleep(0)
    event.set()
    await asked


def asking_tool(seen: list[Any]) -> Tool:
    @tool(title="Ask", scopes=set(), read_only=True, timeout_seconds=60)
    async def ask_somebody(_arguments: Nothing, context: ToolContext) -> ToolResult:
        """Ask."""
        try:
            answer = await context.ask("Who?", Name)
        except Exception as error:
            seen.append(error)
            raise
        return text(answer.value.name if answer.value else answer.action)

    return ask_somebody


async def test_the_runner_waits_for_the_person() -> None:
    link = Deaf()
    context = context_of(link=link)
    call = asyncio.create_task(runner.run(asking_tool([]), {}, context))
    await link.asked.wait()
    link.answer.set_result({"action": "accept", "content": {"name": "Ada"}})
    assert (await call).content == [{"type": "text", "text": "Ada"}]


async def test_an_answer_that_does_not_fit_is_an_error_of_the_tool() -> None:
    link = Deaf()
    link.answer.set_result({"action": "accept", "content": {"name": 5}})
    result = await runner.run(asking_tool([]), {}, context_of(link=link))
    assert result.is_error
    assert "does not fit the form" in result.content[0]["text"]


class _Ended(CallEnded):
    pass


@pytest.mark.parametrize(("raised", "tool_sees"), [(_Ended(), 0), (CapabilityMissing({"sampling": {}}), 1)])
async def test_what_ends_the_call_passes_the_runner(
    raised: BaseException, tool_sees: int, caplog: pytest.LogCaptureFixture
) -> None:
    """``except Exception`` of a tool does not swallow the end of a round."""
    seen: list[Any] = []
    link = Deaf()
    link.answer.set_exception(raised)
    with caplog.at_level("INFO"), pytest.raises(type(raised)):
        await runner.run(asking_tool(seen), {}, context_of(link=link))
    assert len(seen) == tool_sees
    assert f"outcome={raised.outcome}" in caplog.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(("errors", "ends_the_call"), [((_Ended(),), True), ((_Ended(), ValueError()), False)])
async def test_a_question_from_a_task_group_ends_the_call_if_nothing_else_went_wrong(
    errors: tuple[BaseException, ...],
    ends_the_call: bool,
) -> None:
    @tool(title="Group", scopes=set(), read_only=True)
    async def in_a_group(_arguments: Nothing, _context: ToolContext) -> ToolResult:
        """Fail as a task group does."""
        raise BaseExceptionGroup("unhandled errors", [BaseExceptionGroup("inner", list(errors))])

    with pytest.raises(_Ended if ends_the_call else runner.ToolFault):
        await runner.run(in_a_group, {}, context_of())


@pytest.mark.parametrize("requires", [{"magic"}, "sampling", ["roots"]])
async def test_a_tool_requires_what_there_is(requires: Any) -> None:
    async def needy(_arguments: Nothing, _context: ToolContext) -> ToolResult:
        """Need."""
        return text("")

    with pytest.raises(TypeError, match="requires"):
        tool(title="Needy", scopes=set(), read_only=True, requires=requires)(needy)
    made = tool(title="Needy", scopes=set(), read_only=True, requires={"sampling.tools", "elicitation.url", "roots"})(needy)
    assert made.requires == {"sampling": {"tools": {}}, "elicitation": {"url": {}}, "roots": {}}
