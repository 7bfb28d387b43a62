"""Self-contained tokens: what was sealed comes back, and nothing else does."""

import re

import pytest

from oauth_bridge.github.simulator import Simulator
from oauth_bridge.github.simulator.tokens import Revocations, Token, seal, unseal

TOKEN = Token("gho", 1001, "gatehouse", frozenset({"repo", "user"}), 5_000_000, None, "0011")


def test_a_token_comes_back_as_it_went_and_looks_like_one() -> None:
    text = seal(TOKEN, key=b"k")
    assert unseal(text, kind="gho", key=b"k") == TOKEN
    assert re.fullmatch(r"gho_[A-Z2-7]{36,251}", text)


@pytest.mark.parametrize("text", ["", "gho_", "gho_ABC", "gho_é", "gho_" + "A" * 40, "x" * 100])
def test_other_text_is_no_token(text: str) -> None:
    assert unseal(text, kind="gho", key=b"k") is None


def test_a_token_under_another_key_or_of_another_kind_is_none() -> None:
    text = seal(TOKEN, key=b"k")
    assert unseal(text, kind="gho", key=b"other") is None
    assert unseal(text.replace("gho_", "ghr_"), kind="ghr", key=b"k") is None


def test_a_token_with_any_character_changed_is_none() -> None:
    text = seal(TOKEN, key=b"k")
    for place in range(4, len(text)):
        changed = text[:place] + ("B" if text[place] != "B" else "C") + text[place + 1 :]
        assert unseal(changed, kind="gho", key=b"k") is None


def test_revocation_hits_what_is_older_and_spares_what_is_younger_or_anothers() -> None:
    ended = Revocations()
    ended.end_grant(1001, "gatehouse", at=5_000_000)
    assert ended.hit(TOKEN)
    assert not ended.hit(Token("gho", 1001, "another", frozenset(), 5_000_000, None, "1"))
    assert not ended.hit(Token("gho", 1002, "gatehouse", frozenset(), 5_000_000, None, "2"))
    assert not ended.hit(Token("gho", 1001, "gatehouse", frozenset(), 5_000_001, None, "3"))


def test_tokens_outlive_a_restart_but_not_another_key() -> None:
    text = Simulator().access_token("alice")
    assert Simulator().state.live_token(text) is not None
    assert Simulator(key=b"another").state.live_token(text) is None
