"""How secrets of clients are kept."""

import time

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password

from oauth_bridge.hashers import ClientSecretHasher
from oauth_bridge.protocol import tokens

SECRET = "gth_cs_0000000000000000000000000000000000000000000abcdef"


def stored(secret: str) -> str:
    return make_password(secret, hasher="client_secret_sha256")


def test_one_sha_256_is_stored_and_nothing_of_the_secret() -> None:
    assert stored(SECRET) == f"client_secret_sha256${tokens.checksum(SECRET)}"
    assert len(stored(SECRET)) <= 128  # the width of Django's columns
    assert SECRET not in stored(SECRET)


@pytest.mark.parametrize(
    ("presented", "is_right"),
    [
        (SECRET, True),
        (SECRET[:-1], False),
        (SECRET + "x", False),
        (SECRET.upper(), False),
        ("", False),
        ("é", False),
        (tokens.checksum(SECRET), False),
        (f"client_secret_sha256${tokens.checksum(SECRET)}", False),
    ],
)
def test_only_the_secret_itself_is_right(presented: str, *, is_right: bool) -> None:
    assert check_password(presented, stored(SECRET), preferred="client_secret_sha256") is is_right


def test_it_is_found_by_what_is_stored_and_never_outdated() -> None:
    """A check must not write a new hash."""
    hasher = identify_hasher(stored(SECRET))
    assert isinstance(hasher, ClientSecretHasher)
    rewritten: list[str] = []
    assert check_password(SECRET, stored(SECRET), setter=rewritten.append, preferred="client_secret_sha256")
    assert rewritten == []
    assert hasher.decode(stored(SECRET)) == {"algorithm": "client_secret_sha256", "hash": tokens.checksum(SECRET)}


def test_an_admin_page_shows_nothing_of_the_hash() -> None:
    assert ClientSecretHasher().safe_summary(stored(SECRET)) == {"algorithm": "client_secret_sha256"}


def test_a_password_of_a_person_is_never_kept_this_way() -> None:
    """One round is right for 256 random bits, and wrong for what a person can remember."""
    assert not make_password("correct horse battery staple").startswith("client_secret_sha256$")


def test_a_check_costs_next_to_nothing() -> None:
    """Django's default took a quarter of a second of processor time; anybody may register."""
    encoded = stored(SECRET)
    started = time.process_time()
    for _ in range(100):
        check_password(SECRET, encoded, preferred="client_secret_sha256")
    assert time.process_time() - started < 0.5
