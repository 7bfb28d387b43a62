"""Multi round-trip requests (MCP 2026-07-28 basic/patterns/mrtr): what is asked, what is kept, and what is believed."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.test import override_settings

from mcpserver import links
from mcpserver.links import RoundEnded
from mcpserver.protocol import input_required
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.errors import InvalidParams
from oauth_bridge import sealing
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE
from tests.mcpserver.links.client import BOB, EVERYTHING, Client, call_of, step
from tests.support import schemas
from tests.tools.cast import context_of
from tools import asking
from tools.context import ToolContext
from tools.forms import Form
from tools.link import CapabilityMissing

pytestmark = pytest.mark.asyncio

MODERN = "2026-07-28"


class Name(Form):
    name: str


class Age(Form):
    age: int


def accept(**content: Any) -> dict[str, Any]:
    return {"action": "accept", "content": content}


class Rounds:
    """One client, round by round, that asks for the same work."""

    def __init__(self, work: Callable[[ToolContext], Awaitable[Any]]) -> None:
        self.work = work

    async def go(
        self,
        responses: Mapping[str, Any] | None = None,
        state: str | None = None,
        *,
        principal: Principal = ALICE,
        capabilities: Mapping[str, Any] = EVERYTHING,
        name: str = "a_tool",
        arguments: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return what the work returned, or the interim result."""
        asked = Asked(capabilities=capabilities, input_responses=responses or {}, request_state=state)
        client = Client()
        made = step(MODERN, asked, name=name, arguments=arguments)
        context = context_of(link=links.for_call(made, call_of(client, principal)))
        try:
            return await self.work(context)
        except RoundEnded as ended:
            if not isinstance(ended.answer, bytes):
                raise ended.answer from None
            result = json.loads(ended.answer)
            schemas.validate(result, MODERN, "InputRequiredResult")
            assert result["resultType"] == "input_required"
            assert not {"ttlMs", "cacheScope"} & result.keys()
            return result
        finally:
            assert client.sent == []  # TP-59: no request ever goes to the client


async def one_question(context: ToolContext) -> Any:
    return await context.ask("Who are you?", Name, key="user_name")


async def two_questions(context: ToolContext) -> Any:
    name = await context.ask("Who are you?", Name)
    age = await context.ask("How old?", Age)
    return name.value, age.value


async def remembering(context: ToolContext) -> Any:
    context.remember(context.remembered or {"handle": "h-1"})
    answer = await context.ask("Go on?", Name, key="go")
    return context.remembered, answer.action


async def test_one_question_needs_no_state() -> None:
    """MR-06: a tool that needs none completes without ``requestState``; surplus answers are ignored (MR-05)."""
    rounds = Rounds(one_question)
    first = await rounds.go()
    assert set(first) == {"resultType", "inputRequests", "_meta"}
    assert first["inputRequests"]["user_name"]["method"] == "elicitation/create"
    answer = await rounds.go({"user_name": accept(name="Ada"), "other": {"action": "cancel"}, "more": {}})
    assert answer.value == Name(name="Ada")


async def test_a_wrong_key_is_asked_again() -> None:
    rounds = Rounds(one_question)
    assert await rounds.go({"wrong": accept(name="Ada")}) == await rounds.go()


@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_no_is_an_answer(action: str) -> None:
    answer = await Rounds(one_question).go({"user_name": {"action": action}})
    assert (answer.action, answer.value) == (action, None)


async def test_what_does_not_fit_is_asked_again_and_says_why() -> None:
    again = await Rounds(one_question).go({"user_name": accept(name=5)})
    message = again["inputRequests"]["user_name"]["params"]["message"]
    assert message.startswith("Who are you?")
    assert "name: " in message


@pytest.mark.parametrize("answer", [{}, {"action": "perhaps"}, {"action": "accept", "content": [1]}])
async def test_what_is_no_answer_is_an_error(answer: Any) -> None:
    """MR-05: malformed answers → error."""
    with pytest.raises(InvalidParams):
        await Rounds(one_question).go({"user_name": answer})


async def test_earlier_answers_travel_in_the_state_and_each_round_has_its_own() -> None:
    rounds = Rounds(two_questions)
    first = await rounds.go()
    [name_key] = first["inputRequests"]
    second = await rounds.go({name_key: accept(name="Ada")})
    [age_key] = second["inputRequests"]
    assert age_key != name_key
    assert "Ada" not in second["requestState"]
    again = await rounds.go({age_key: accept(age="x")}, second["requestState"])
    assert list(again["inputRequests"]) == [age_key]
    assert again["requestState"] != second["requestState"]
    done = await rounds.go({age_key: accept(age=36)}, again["requestState"])
    assert done == (Name(name="Ada"), Age(age=36))


async def test_an_answer_counts_for_its_own_question_alone() -> None:
    """The first question of another round may be another one: a yes to the one is no yes to the other."""

    async def delete_a(context: ToolContext) -> Any:
        return await context.ask("Delete a?", Name)

    async def delete_b(context: ToolContext) -> Any:
        return await context.ask("Delete b?", Name)

    [key] = (await Rounds(delete_a).go())["inputRequests"]
    assert (await Rounds(delete_a).go({key: accept(name="yes")})).accepted
    assert key not in (await Rounds(delete_b).go({key: accept(name="yes")}))["inputRequests"]


async def test_the_same_question_twice_is_two_questions() -> None:
    async def twice(context: ToolContext) -> Any:
        return [(await context.ask("Again?", Name)).value, (await context.ask("Again?", Name)).value]

    rounds = Rounds(twice)
    [one] = (await rounds.go())["inputRequests"]
    second = await rounds.go({one: accept(name="1")})
    [two] = second["inputRequests"]
    assert await rounds.go({two: accept(name="2")}, second["requestState"]) == [Name(name="1"), Name(name="2")]


async def test_several_things_are_asked_together_and_only_the_missing_ones_again() -> None:
    async def work(context: ToolContext) -> Any:
        return await context.ask_all(
            {"name": asking.form("Name?", Name), "greeting": asking.sample("Greet", 50), "where": asking.roots()}
        )

    rounds = Rounds(work)
    first = await rounds.go()
    methods = {key: each["method"] for key, each in first["inputRequests"].items()}
    assert methods == {"name": "elicitation/create", "greeting": "sampling/createMessage", "where": "roots/list"}
    said = {"role": "assistant", "model": "m", "content": {"type": "text", "text": "Hello"}}
    second = await rounds.go({"name": accept(name="Ada"), "greeting": said})
    assert list(second["inputRequests"]) == ["where"]
    done = await rounds.go({"where": {"roots": []}}, second["requestState"])
    assert (done["name"].value.name, done["greeting"].text, done["where"]) == ("Ada", "Hello", ())


async def test_what_is_remembered_comes_back() -> None:
    rounds = Rounds(remembering)
    first = await rounds.go()
    assert await rounds.go({"go": accept(name="x")}, first["requestState"]) == ({"handle": "h-1"}, "accept")
    # It stays through rounds that do not remember anew.
    second = await rounds.go({}, first["requestState"])
    assert await rounds.go({"go": accept(name="x")}, second["requestState"]) == ({"handle": "h-1"}, "accept")


@pytest.mark.parametrize("capabilities", [{}, {"elicitation": {"url": {}}}, {"sampling": {}}])
async def test_what_this_request_did_not_declare_is_not_asked_for(capabilities: dict[str, Any]) -> None:
    """MR-03."""
    with pytest.raises(CapabilityMissing) as caught:
        await Rounds(one_question).go(capabilities=capabilities)
    assert caught.value.required == {"elicitation": {"form": {}}}


async def test_a_question_from_a_task_group_ends_the_round_as_well() -> None:
    from tools import link

    async def work(context: ToolContext) -> Any:
        async with asyncio.TaskGroup() as group:
            group.create_task(context.ask("Who?", Name, key="who"))

    asked = Asked(capabilities=EVERYTHING)
    context = context_of(link=links.for_call(step(MODERN, asked), call_of(Client())))
    with pytest.raises(BaseExceptionGroup) as caught:
        await work(context)
    ended = link.ended_in(caught.value)
    assert isinstance(ended, RoundEnded)
    assert list(json.loads(ended.answer)["inputRequests"]) == ["who"]  # type: ignore[arg-type]


def resealed(state: str, **members: Any) -> str:
    """Return the state with other members, sealed by the right key: what only the server could do."""
    prefix, _, text = sealing.unseal(state.encode()).partition("\n")
    return sealing.seal(f"{prefix}\n{json.dumps({**json.loads(text), **members})}").decode()


@pytest.mark.parametrize(
    "forge",
    [
        lambda state: state + "x",
        lambda state: state[:-2] + ("A" if state[-2] != "A" else "B") + state[-1],
        lambda state: state[:40],
        lambda _state: "",
        lambda _state: "é",
        lambda _state: "A" * 70_000,
        lambda _state: sealing.seal('{"of": []}').decode(),
        lambda _state: sealing.seal("gho_a-token-of-github").decode(),
        lambda state: resealed(state, expires_at=0),
    ],
)
async def test_a_state_that_is_not_ours_or_too_old_is_an_error_and_never_a_new_question(forge: Callable[[str], str]) -> None:
    """MR-04."""
    rounds = Rounds(remembering)
    state = (await rounds.go())["requestState"]
    with pytest.raises(InvalidParams, match="requestState"):
        await rounds.go({"go": accept(name="x")}, forge(state))


@pytest.mark.parametrize(
    "other",
    [
        {"principal": BOB},
        {"principal": replace(ALICE, client_id="another-client")},
        {"name": "another_tool"},
        {"arguments": {"repository": "b"}},
    ],
)
async def test_a_state_fits_its_own_request_alone(other: dict[str, Any]) -> None:
    """MR-04: bound to the person, the OAuth client, the method and the parameters."""
    rounds = Rounds(remembering)
    state = (await rounds.go(arguments={"repository": "a"}))["requestState"]
    with pytest.raises(InvalidParams, match="requestState"):
        await rounds.go({"go": accept(name="x")}, state, **{"arguments": {"repository": "a"}, **other})


async def test_a_state_does_not_mind_another_session_nor_the_order_of_members() -> None:
    """The token may have been renewed in between, and JSON objects have no order."""
    rounds = Rounds(remembering)
    state = (await rounds.go(arguments={"a": 1, "b": 2}))["requestState"]
    later = replace(ALICE, session_id="session-2")
    assert await rounds.go({"go": accept(name="x")}, state, principal=later, arguments={"b": 2, "a": 1})


async def test_a_state_survives_a_new_key_and_not_the_loss_of_its_own() -> None:
    rounds = Rounds(remembering)
    old, new = "o" * 40, "n" * 40
    with override_settings(ENCRYPTION_KEYS=[old]):
        state = (await rounds.go())["requestState"]
    with override_settings(ENCRYPTION_KEYS=[new, old]):
        assert await rounds.go({"go": accept(name="x")}, state)
    with override_settings(ENCRYPTION_KEYS=[new]), pytest.raises(InvalidParams):
        await rounds.go({"go": accept(name="x")}, state)


async def test_what_would_be_too_much_to_carry_is_refused() -> None:
    rounds = Rounds(two_questions)
    [key] = (await rounds.go())["inputRequests"]
    with pytest.raises(InvalidParams, match="too large"):
        await rounds.go({key: accept(name="x" * input_required.MAX_STATE_CHARACTERS)})
