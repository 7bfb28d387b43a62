"""Opaque secrets: their form, their check sum, their derivation."""

import hashlib
import re
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_bridge.protocol import tokens

PREFIXES = [tokens.ACCESS_TOKEN, tokens.REFRESH_TOKEN, tokens.AUTHORIZATION_CODE, tokens.CLIENT_SECRET]
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
# Fixed for ever: a change of the form would end every session, and blind every secret scanner.
DERIVED = tokens.derive(tokens.ACCESS_TOKEN, key=b"k" * 32, parts=(b"one", b"two"))


def base62(text: str) -> int:
    """Return the number that a text of base 62 writes."""
    number = 0
    for digit in text:
        number = number * 62 + DIGITS.index(digit)
    return number


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_token_is_prefix_body_and_check_sum(prefix: str) -> None:
    """GitHub's form, by which secret scanners tell a token from other texts: 256 bits, then a CRC-32."""
    token = tokens.mint(prefix)
    assert re.fullmatch(r"gth_(at|rt|ac|cs)_[0-9A-Za-z]{43}[0-9A-Za-z]{6}", token)
    assert base62(token[-6:]) == zlib.crc32(token[:-6].encode())
    assert base62(token[len(prefix) : -6]) < 2**256
    assert tokens.is_well_formed(token, prefix)
    assert [other for other in PREFIXES if tokens.is_well_formed(token, other)] == [prefix]


def test_no_two_are_alike() -> None:
    assert len({tokens.mint(tokens.ACCESS_TOKEN) for _ in range(1000)}) == 1000


def test_the_four_kinds_have_prefixes_of_their_own() -> None:
    """CVE-2026-4282: a store without name spaces let one kind of token pass for another."""
    assert PREFIXES == ["gth_at_", "gth_rt_", "gth_ac_", "gth_cs_"]


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "gth_at_",
        DERIVED[:-1],
        DERIVED + "0",
        DERIVED + "\n",
        " " + DERIVED,
        DERIVED[:-1] + ("a" if DERIVED[-1] != "a" else "b"),
        DERIVED[:10] + ("a" if DERIVED[10] != "a" else "b") + DERIVED[11:],
        DERIVED[:10] + DERIVED[11] + DERIVED[10] + DERIVED[12:],
        DERIVED.swapcase(),
        DERIVED.replace("gth_at_", "gth_rt_"),
        DERIVED.replace("gth_at_", "gth_AT_"),
        DERIVED[:20] + "é" + DERIVED[21:],
        DERIVED[:20] + "\u0661" + DERIVED[21:],
        DERIVED[:20] + "_" + DERIVED[21:],
        "gho_" + "a" * 36,
        "x" * 100_000,
    ],
    ids=lambda text: text[:30],
)
def test_a_typing_error_is_seen_without_a_look_up(broken: str) -> None:
    assert broken != DERIVED
    assert not tokens.is_well_formed(broken, tokens.ACCESS_TOKEN)


def test_what_is_derived_is_the_same_again() -> None:
    """A client that lost the answer to a refresh gets the same successor, computed and not stored."""
    assert DERIVED == "gth_at_20v5WejtlTuyW29jAk3UEjGIbTqj2ychW32RmKu7nJK3hnwhx"
    assert tokens.derive("gth_at_", key=b"k" * 32, parts=(b"one", b"two")) == DERIVED
    assert tokens.is_well_formed(DERIVED, tokens.ACCESS_TOKEN)


@pytest.mark.parametrize(
    ("prefix", "key", "parts"),
    [
        ("gth_rt_", b"k" * 32, (b"one", b"two")),
        ("gth_at_", b"K" * 32, (b"one", b"two")),
        ("gth_at_", b"k" * 32, (b"two", b"one")),
        ("gth_at_", b"k" * 32, (b"onetwo",)),
        ("gth_at_", b"k" * 32, (b"onet", b"wo")),
        ("gth_at_", b"k" * 32, (b"one", b"two", b"")),
        ("gth_at_", b"k" * 32, (b"one\x00\x00\x00\x03two",)),
        ("gth_at_", b"k" * 32, ()),
    ],
)
def test_another_prefix_key_or_cut_gives_another_token(prefix: str, key: bytes, parts: tuple[bytes, ...]) -> None:
    """The parts are told apart by their lengths: moving a byte from one to the next is another input."""
    other = tokens.derive(prefix, key=key, parts=parts)
    assert other[len(prefix) :] != DERIVED[len(prefix) :]


@given(st.binary(min_size=1, max_size=64), st.lists(st.binary(max_size=20), max_size=4))
def test_whatever_is_derived_is_well_formed(key: bytes, parts: list[bytes]) -> None:
    assert tokens.is_well_formed(tokens.derive(tokens.REFRESH_TOKEN, key=key, parts=tuple(parts)), tokens.REFRESH_TOKEN)


def test_only_a_hash_is_stored() -> None:
    """SHA-256, 64 characters of lower-case hexadecimal: the width of the columns."""
    assert tokens.checksum(DERIVED) == hashlib.sha256(DERIVED.encode()).hexdigest()
    assert tokens.checksum("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
