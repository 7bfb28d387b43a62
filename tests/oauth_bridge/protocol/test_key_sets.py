"""Public keys of clients (RFC 7517, RFC 7518 §6, RFC 8037)."""

import base64
from typing import Any

import pytest

from oauth_bridge.protocol import key_sets
from oauth_bridge.protocol.key_sets import InvalidKeySet, PrivateKeyShown
from tests.support.signing import jwk, private_key

KINDS = ("RS256", "ES256", "EdDSA")


@pytest.mark.parametrize("kind", KINDS)
def test_a_public_key_is_reduced_to_what_it_is(kind: str) -> None:
    """Certificates, addresses of certificates and names of our own members must not find a way in."""
    (key,) = key_sets.parse({"keys": [jwk(kind, x5c=["MII"], x5u="https://evil.example", note="x", alg=kind)]})
    assert set(key) <= {"kty", "n", "e", "crv", "x", "y", "kid", "alg"}
    assert (key["kid"], key["alg"]) == (f"{kind}-one", kind)


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def _private_members(kind: str) -> dict[str, str]:
    numbers = private_key(kind).private_numbers()
    secret = numbers.d if kind == "RS256" else numbers.private_value
    return {"d": _number(secret)}


PRIVATE: list[dict[str, Any]] = [
    {**jwk("RS256"), **_private_members("RS256")},
    {**jwk("ES256"), **_private_members("ES256")},
    *({**jwk("RS256"), member: "AQAB"} for member in ("d", "p", "q", "dp", "dq", "qi")),
    {**jwk("RS256"), "oth": []},
    {**jwk("RS256"), "d": None},
    {"kty": "oct", "k": "c2VjcmV0"},
    {"kty": "oct"},
    {"kty": "unheard-of", "k": "c2VjcmV0"},
    {"kty": "AKP", "alg": "ML-DSA-44", "pub": "x", "priv": "x"},
]


@pytest.mark.parametrize("key", PRIVATE)
def test_a_private_or_shared_key_among_good_ones_spoils_the_set(key: dict[str, Any]) -> None:
    """AS-64: whoever can read it can sign as the client."""
    with pytest.raises(PrivateKeyShown):
        key_sets.parse({"keys": [jwk("RS256"), key]})


RSA = jwk("RS256")
EC = jwk("ES256")
UNUSABLE: list[Any] = [
    jwk("RSA1024"),
    jwk("ES384"),
    {**RSA, "use": "enc"},
    {**RSA, "use": ["sig"]},
    {**RSA, "key_ops": ["encrypt"]},
    {**RSA, "key_ops": "verify"},
    {**RSA, "n": 7},
    {**RSA, "n": "!!"},
    {**RSA, "n": ""},
    {**RSA, "e": _number(2)},
    {**RSA, "e": _number((1 << 40) + 1)},
    {**RSA, "n": _number((1 << 8191) + 1)},
    {key: value for key, value in RSA.items() if key != "n"},
    {**EC, "x": EC["y"]},
    {**EC, "crv": "P-384"},
    {**EC, "crv": "secp256k1"},
    {**EC, "crv": ["P-256"]},
    {**jwk("EdDSA"), "crv": "Ed448"},
    {**jwk("EdDSA"), "x": "AAAA"},
    {"kty": "unheard-of"},
    {"kty": ["RSA"]},
    {},
]


@pytest.mark.parametrize("key", UNUSABLE)
def test_a_key_that_cannot_be_used_is_left_out(key: dict[str, Any]) -> None:
    with pytest.raises(InvalidKeySet, match="usable"):
        key_sets.parse({"keys": [key]})
    assert len(key_sets.parse({"keys": [key, jwk("EdDSA")]})) == 1


@pytest.mark.parametrize(
    "value", [None, [], "keys", {}, {"keys": None}, {"keys": {}}, {"keys": ["x"]}, {"keys": [None]}, {"keys": []}]
)
def test_what_is_no_key_set_is_refused(value: object) -> None:
    with pytest.raises(InvalidKeySet):
        key_sets.parse(value)


def test_a_set_is_bounded() -> None:
    keys = [jwk("EdDSA", kid=str(number)) for number in range(key_sets.MAX_KEYS)]
    assert len(key_sets.parse({"keys": keys})) == key_sets.MAX_KEYS
    with pytest.raises(InvalidKeySet, match="At most"):
        key_sets.parse({"keys": [*keys, jwk("EdDSA")]})


def test_only_fitting_keys_are_tried() -> None:
    """RFC 7515 §4.1.4: a key that is named must be there by that name; one that is bound to an algorithm stays with it."""
    keys = key_sets.parse({"keys": [jwk("RS256", alg="RS256"), jwk("RS256", "two"), jwk("ES256"), jwk("EdDSA", kid=None)]})

    def names(algorithm: str, key_id: str | None = None) -> list[str | None]:
        return [key.get("kid") for key in key_sets.candidates(keys, algorithm=algorithm, key_id=key_id)]

    assert names("RS256") == ["RS256-one", "RS256-two"]
    assert names("PS256") == ["RS256-two"]
    assert names("RS256", "RS256-two") == ["RS256-two"]
    assert names("ES256", "RS256-one") == []
    assert names("EdDSA") == [None]
    assert names("EdDSA", "x") == []
    assert names("HS256") == names("none") == []


def test_a_thumbprint_is_the_standards() -> None:
    """RFC 7638 §3.1, the example; RFC 8037 appendix A.3."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9"
        "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    keys = [{"kty": "RSA", "n": n, "e": "AQAB", "kid": "2011-04-29", "alg": "RS256"}]
    assert key_sets.thumbprints(keys) == ["NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"]
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert key_sets.thumbprints([{"kty": "OKP", "crv": "Ed25519", "x": x}]) == ["kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"]


REGISTERED: list[tuple[dict[str, Any], str]] = [
    ({}, "needs"),
    ({"jwks_uri": "http://client.example/keys"}, "needs"),
    ({"jwks_uri": "https://127.0.0.1/keys"}, "needs"),
    ({"jwks_uri": 7}, "needs"),
    ({"jwks": {"keys": [RSA]}, "jwks_uri": "https://client.example/keys"}, "exclude"),
    ({"jwks": {"keys": []}}, "usable"),
    ({"jwks": {"keys": [{**RSA, "d": "AQAB"}]}}, "private"),
]


@pytest.mark.parametrize(("metadata", "message"), REGISTERED)
def test_a_client_registers_keys_or_their_address_and_nothing_else(metadata: dict[str, Any], message: str) -> None:
    """RFC 7591 §2."""
    with pytest.raises(InvalidKeySet, match=message):
        key_sets.of_client(metadata)


def test_a_client_registers_its_keys_in_either_way() -> None:
    assert key_sets.of_client({"jwks_uri": "https://client.example/keys"}) == ((), "https://client.example/keys")
    keys, address = key_sets.of_client({"jwks": {"keys": [RSA]}})
    assert (len(keys), address) == (1, "")


@pytest.mark.parametrize("name", ["kid", "alg"])
@pytest.mark.parametrize("value", ["a\x00b", "\u202eabc", "tab\tbed", ""])
def test_a_name_that_a_database_cannot_hold_is_left_out(name: str, value: str) -> None:
    """PostgreSQL's jsonb refuses NUL: a stranger's registration must not become a fault of ours."""
    [kept] = key_sets.parse({"keys": [{**RSA, name: value}]})
    assert name not in kept


@pytest.mark.parametrize("value", ["AQAB\x00", "AQ AB", "AQ+B", "ä"])
def test_a_key_is_base64url_and_nothing_else(value: str) -> None:
    with pytest.raises(InvalidKeySet):
        key_sets.parse({"keys": [{**RSA, "e": value}]})
