"""Proof Key for Code Exchange."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_bridge.protocol import pkce

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
UNRESERVED = string.ascii_letters + string.digits + "-._~"


def test_the_example_of_the_standard_verifies() -> None:
    """RFC 7636 appendix B."""
    assert pkce.challenge(VERIFIER) == CHALLENGE
    assert pkce.is_challenge(CHALLENGE)
    assert pkce.is_verifier(VERIFIER)
    assert pkce.verifies(VERIFIER, CHALLENGE)


@pytest.mark.parametrize(
    ("verifier", "challenge"),
    [
        (VERIFIER[:-1] + "l", CHALLENGE),
        (VERIFIER, CHALLENGE[:-1] + "N"),
        (VERIFIER.swapcase(), CHALLENGE),
        (VERIFIER + "A", CHALLENGE),
        (CHALLENGE, CHALLENGE),  # the method `plain`
        (VERIFIER, VERIFIER),
        (VERIFIER, CHALLENGE + "="),
        (VERIFIER, ""),
        ("", CHALLENGE),
        ("", pkce.challenge("")),
        (VERIFIER[:42], pkce.challenge(VERIFIER[:42])),
        ("a" * 129, pkce.challenge("a" * 129)),
        (VERIFIER[:-1] + "é", pkce.challenge(VERIFIER[:-1] + "é")),
    ],
)
def test_anything_else_does_not(verifier: str, challenge: str) -> None:
    """RFC 7636 §4.6; a verifier that is out of form fails even where the hash would fit."""
    assert not pkce.verifies(verifier, challenge)


@pytest.mark.parametrize("text", ["a" * 43, "a" * 128, UNRESERVED, "-" * 43, "~" * 64, "." * 100])
def test_a_verifier_is_43_to_128_unreserved_characters(text: str) -> None:
    """RFC 7636 §4.1."""
    assert pkce.is_verifier(text)


@pytest.mark.parametrize(
    "text", ["", "a" * 42, "a" * 129, "a" * 43 + "\n", "a" * 43 + "+", "a" * 43 + "/", "a" * 43 + "=", "ä" * 43]
)
def test_other_texts_are_no_verifiers(text: str) -> None:
    """RFC 7636 §4.1."""
    assert not pkce.is_verifier(text)


@pytest.mark.parametrize(
    "text", ["", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "+", "a" * 42 + "~", "a" * 43 + "\n", "ä" * 43]
)
def test_a_challenge_is_43_characters_of_base64url(text: str) -> None:
    """RFC 7636 §4.2."""
    assert not pkce.is_challenge(text)


@given(st.text(UNRESERVED, min_size=43, max_size=128))
def test_every_verifier_belongs_to_its_own_challenge(verifier: str) -> None:
    challenge = pkce.challenge(verifier)
    assert pkce.is_challenge(challenge)
    assert pkce.verifies(verifier, challenge)
    assert not pkce.verifies(verifier[1:] + verifier[0] + "x", challenge)
