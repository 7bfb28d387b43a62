"""Secrets at rest: sealed with the first key, opened with all of them."""

import base64

import pytest
from cryptography.fernet import Fernet
from django.test import override_settings

from oauth_bridge.sealing import Unsealable, derivation_keys, seal, unseal

OLD, NEW, OTHER = "old-key-" + "0" * 32, "new-key-" + "1" * 32, "other-key-" + "2" * 32
SECRET = "gho_16C7e42F292c6912E7710c838347Ae178B4a"


def keys(*values: str) -> override_settings:
    """Return the settings with these keys, newest first."""
    return override_settings(ENCRYPTION_KEYS=list(values))


@pytest.mark.parametrize("text", [SECRET, "", "ü🔑\x00\n", "x" * 100_000], ids=["token", "empty", "odd", "long"])
def test_what_is_sealed_opens_again(text: str) -> None:
    sealed = seal(text)
    assert unseal(sealed) == text
    assert not text or text.encode() not in sealed


def test_the_same_secret_never_looks_the_same() -> None:
    """A copy of the table must not tell which rows hold the same token."""
    assert seal(SECRET) != seal(SECRET)


def test_a_sealed_secret_is_not_there_in_any_plain_spelling() -> None:
    sealed = seal(SECRET)
    raw = base64.urlsafe_b64decode(sealed)
    assert SECRET.encode() not in raw
    assert base64.b64encode(SECRET.encode()).rstrip(b"=") not in sealed


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    """Rotation: a new key is put in front, and nobody has to sign in again."""
    with keys(OLD):
        before = seal(SECRET)
    with keys(NEW, OLD):
        assert unseal(before) == SECRET
        after = seal(SECRET)
    with keys(NEW):
        assert unseal(after) == SECRET
        with pytest.raises(Unsealable):
            unseal(before)


def test_a_key_that_is_gone_opens_nothing_and_says_nothing() -> None:
    with keys(OLD):
        sealed = seal(SECRET)
    with keys(OTHER), pytest.raises(Unsealable) as caught:
        unseal(sealed)
    assert str(caught.value) == ""
    assert caught.value.__cause__ is None


def changed(sealed: bytes) -> list[bytes]:
    """Return the sealed text with each of its parts (version, time, vector, text, check) touched."""
    raw = base64.urlsafe_b64decode(sealed)
    places = [0, 5, 15, 30, len(raw) - 1]
    return [base64.urlsafe_b64encode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]) for at in places]


def test_what_was_changed_does_not_open() -> None:
    sealed = seal(SECRET)
    for broken in [*changed(sealed), sealed[:-4], b"", b"garbage", b"\x00\xff", SECRET.encode()]:
        with pytest.raises(Unsealable):
            unseal(broken)


def test_a_key_of_its_own_is_derived_for_each_purpose() -> None:
    """RFC 5869: what derives tokens must not open what is sealed."""
    with keys(NEW, OLD):
        for_seals, for_tokens = derivation_keys("seal"), derivation_keys("successor")
        assert len(set(for_seals + for_tokens)) == 4
        assert {len(key) for key in for_seals + for_tokens} == {32}
        assert derivation_keys("seal") == for_seals
        sealed = seal(SECRET)
        assert Fernet(base64.urlsafe_b64encode(for_seals[0])).decrypt(sealed) == SECRET.encode()
    with keys(OLD):
        assert derivation_keys("seal") == for_seals[1:]


def test_the_derivation_never_changes() -> None:
    """Another salt, hash or label would make every stored token unreadable."""
    with keys(OLD):
        assert derivation_keys("seal")[0].hex() == "d1ea9004ff4217b40b669acd8798e573af5838ebd9fe2a7c5c301f2491a65e8d"
