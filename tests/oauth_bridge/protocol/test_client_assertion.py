"""``private_key_jwt`` (RFC 7521 §4.2, RFC 7523 §3, RFC 8725): what proves a client, and what does not."""

import base64
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from oauth_bridge.protocol import client_assertion, key_sets
from oauth_bridge.protocol.errors import InvalidClient
from tests.support.signing import assertion, jwk, jws, private_key

CLIENT = "https://client.example/client.json"
ORIGIN = "https://gate.example"
NOW = 1_800_000_000
KEYS = key_sets.parse({"keys": [jwk(kind) for kind in ("RS256", "ES256", "EdDSA")]})
GOOD: dict[str, Any] = {"iat": NOW, "exp": NOW + 60, "jti": "one"}


def verify(text: str, *, keys: Any = KEYS, now: int = NOW) -> client_assertion.Assertion:
    return client_assertion.verify(text, keys, client_id=CLIENT, audiences=client_assertion.audiences(ORIGIN), now=now)


@pytest.mark.parametrize("kind", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_signed_assertion_proves_the_client(kind: str) -> None:
    text = assertion(CLIENT, ORIGIN, kind=kind, **GOOD)
    assert client_assertion.header(text).algorithm == kind
    assert client_assertion.subject(text) == CLIENT
    proved = verify(text)
    assert proved.jti == "one"
    assert proved.useless_from > NOW + 60


@pytest.mark.parametrize("audience", [ORIGIN, f"{ORIGIN}/", f"{ORIGIN}/token", [ORIGIN], [ORIGIN, f"{ORIGIN}/token"]])
def test_it_may_be_addressed_to_issuer_or_token_endpoint(audience: object) -> None:
    """RFC 7523 §3 item 3."""
    assert verify(assertion(CLIENT, audience, **GOOD)).jti == "one"


WRONG_AUDIENCES: list[Any] = [
    *(None, "", [], {}, 7, "https://evil.example", f"{ORIGIN}.evil.example", f"{ORIGIN}/mcp", ORIGIN.upper()),
    *("http://gate.example", [ORIGIN, "https://evil.example"], ["https://evil.example"], [[ORIGIN]], [ORIGIN, 7]),
]
CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"iss": None}, "issuer"),
    ({"sub": None}, "subject"),
    ({"iss": "https://evil.example/x"}, "issuer"),
    ({"sub": "https://evil.example/x"}, "subject"),
    ({"iss": CLIENT + "/", "sub": CLIENT + "/"}, "issuer"),
    ({"iss": [CLIENT]}, "issuer"),
    *(({"aud": audience}, "addressed") for audience in WRONG_AUDIENCES),
    ({"exp": None}, "exp"),
    ({"exp": "soon"}, "exp"),
    ({"exp": True}, "exp"),
    ({"exp": NOW - 60}, "expired"),
    ({"exp": 0}, "expired"),
    ({"exp": NOW + 3661}, "too long"),
    ({"exp": 10**300}, "too long"),
    ({"exp": 1e300}, "too long"),
    ({"nbf": NOW + 61}, "future"),
    ({"iat": NOW + 61}, "future"),
    ({"iat": "now"}, "iat"),
    ({"nbf": [NOW]}, "nbf"),
    ({"jti": None}, "jti"),
    ({"jti": ""}, "jti"),
    ({"jti": 7}, "jti"),
    ({"jti": "a" * 501}, "jti"),
]


@pytest.mark.parametrize(("changes", "message"), CLAIMS)
def test_a_claim_that_is_not_right_proves_nothing(changes: dict[str, Any], message: str) -> None:
    claims = {"aud": ORIGIN, **GOOD, **changes}
    with pytest.raises(InvalidClient, match=message):
        verify(assertion(CLIENT, claims.pop("aud"), **claims))


@pytest.mark.parametrize(
    "changes", [{"exp": NOW - 59}, {"exp": NOW + 3660}, {"nbf": NOW + 60}, {"iat": NOW + 60}, {"iat": None}, {"exp": NOW + 0.5}]
)
def test_clocks_may_differ_by_a_minute(changes: dict[str, Any]) -> None:
    assert verify(assertion(CLIENT, ORIGIN, **{**GOOD, **changes})).useless_from > NOW


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims() -> dict[str, Any]:
    return {"iss": CLIENT, "sub": CLIENT, "aud": ORIGIN, **GOOD}


def test_no_algorithm_but_ours_is_taken() -> None:
    """RFC 8725 §2.1: ``none``, and a shared secret made of the public key."""
    public = private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encoded({'alg': 'HS256', 'kid': 'RS256-one'})}.{encoded(claims())}"
    forged = [
        f"{encoded({'alg': 'none'})}.{encoded(claims())}.",
        f"{encoded({'alg': 'None'})}.{encoded(claims())}.",
        f"{encoded({'typ': 'JWT'})}.{encoded(claims())}.AA",
        f"{encoded({'alg': ['RS256']})}.{encoded(claims())}.AA",
        f"{signed}.{encoded(hmac.digest(public, signed.encode(), 'sha256'))}",
        jws(json.dumps(claims()).encode(), kind="RS512", name="one"),
        jws(json.dumps(claims()).encode(), kind="ES384"),
    ]
    for text in forged:
        with pytest.raises(InvalidClient, match=r"signed with one of|malformed"):
            verify(text)


def test_keys_that_the_assertion_brings_along_are_not_looked_at() -> None:
    """RFC 8725 §3.10."""
    for extra in ({"jwk": jwk("RS256", "evil")}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/x"}):
        with pytest.raises(InvalidClient, match="not signed with a key"):
            verify(assertion(CLIENT, ORIGIN, name="evil", headers=extra, **GOOD))


def test_another_key_another_algorithm_and_a_changed_text_prove_nothing() -> None:
    good = assertion(CLIENT, ORIGIN, **GOOD)
    head, body, signature = good.split(".")
    other = encoded({**claims(), "jti": "two"})
    for text in (
        assertion(CLIENT, ORIGIN, name="two", **GOOD),
        f"{head}.{other}.{signature}",
        f"{encoded({'alg': 'PS256'})}.{body}.{signature}",
        f"{encoded({'alg': 'ES256'})}.{body}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{encoded(b'x' * 256)}",
    ):
        with pytest.raises(InvalidClient, match="not signed with a key"):
            verify(text)
    with pytest.raises(InvalidClient, match="not signed with a key"):
        verify(good, keys=())
    assert verify(good).jti == "one"


@pytest.mark.parametrize("extra", [{"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"b64": True}])
def test_extensions_that_must_be_understood_are_refused(extra: dict[str, Any]) -> None:
    """RFC 7515 §4.1.11, RFC 7797."""
    text = f"{encoded({'alg': 'RS256', **extra})}.{encoded(claims())}.AA"
    with pytest.raises(InvalidClient, match="extensions"):
        verify(text)


MALFORMED = [
    *("", ".", "..", "a.b.c", "a.b", "a.b.c.d", "\u00e4.b.c", "e30.e30.e30", "bnVsbA.e30.AA", "W10.e30.AA", "=.=.="),
    f"{encoded({'alg': 'RS256', 'kid': 7})}.{encoded(claims())}.AA",
    f"{encoded({'alg': 'RS256'})} .{encoded(claims())}.AA",
    f"{encoded({'alg': 'RS256'})}.{encoded(claims())}.A" + "A" * client_assertion.MAX_LENGTH,
    f"{encoded({'alg': 'RS256', 'x': [[[[[[[[[1]]]]]]]]]})}.{encoded(claims())}.AA",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_assertion_is_refused(text: str) -> None:
    with pytest.raises(InvalidClient):
        verify(text)


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"not json", b'{"iss": NaN}', b"\xff"])
def test_a_signed_text_that_is_no_object_proves_nothing(payload: bytes) -> None:
    with pytest.raises(InvalidClient, match="malformed"):
        verify(jws(payload))


@pytest.mark.parametrize("sub", [None, "", 7, ["x"], "a\x00b"])
def test_an_assertion_about_nobody_names_no_client(sub: object) -> None:
    text = f"{encoded({'alg': 'RS256'})}.{encoded({'sub': sub})}.AA"
    with pytest.raises(InvalidClient):
        client_assertion.subject(text)
