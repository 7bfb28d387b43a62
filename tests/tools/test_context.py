import asyncio

import pytest

from tests.tools.cast import ALICE, BOB, TOKENS, FakeGitHub, account_of, context_of, json_response

pytestmark = pytest.mark.asyncio


async def test_two_callers_never_mix_credentials(github: FakeGitHub) -> None:
    """Calls of two people, interleaved over the one shared client: each goes out under its own token."""
    owners = {f"Bearer {token}": person for person, token in TOKENS.items()}
    github.paths["/user"] = lambda request: json_response(account_of(owners[request.headers["authorization"]]))
    people = [ALICE, BOB] * 25
    users = await asyncio.gather(*(context_of(person).github.user() for person in people))
    assert [user.id for user in users] == [person.github_id for person in people]


async def test_a_cookie_of_one_answer_does_not_go_out_with_the_next_persons_request(github: FakeGitHub) -> None:
    github.answer("/user", account_of(ALICE), headers={"set-cookie": "_gh_sess=alices; Path=/; Secure"})
    await context_of(ALICE).github.user()
    await context_of(BOB).github.user()
    assert len(github.requests) == 2
    assert "cookie" not in github.requests[1].headers


async def test_a_context_that_is_printed_shows_no_credential() -> None:
    printed = repr(context_of(ALICE))
    assert "alice" in printed
    assert "token" not in printed
