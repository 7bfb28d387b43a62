"""Query strings and form bodies, read strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_bridge.protocol.errors import OAuthError
from oauth_bridge.protocol.parameters import MAX_BYTES, MAX_PARAMETERS, parse, required, single

READ = [
    (b"", {}),
    (b"&", {}),
    (b"&&a=1&&", {"a": ["1"]}),
    (b"a", {"a": [""]}),
    (b"a=", {"a": [""]}),
    (b"=a", {"": ["a"]}),
    (b"a=1&b=2", {"a": ["1"], "b": ["2"]}),
    (b"a=1&a=2", {"a": ["1", "2"]}),
    (b"a=1&%61=2", {"a": ["1", "2"]}),
    (b"a=b=c", {"a": ["b=c"]}),
    (b"a=+b+", {"a": [" b "]}),
    (b"a=%20b%20", {"a": [" b "]}),
    (b"a=%2B", {"a": ["+"]}),
    (b"a=%26b%3D1", {"a": ["&b=1"]}),
    (b"a=%2520", {"a": ["%20"]}),
    (b"a=x;b=y", {"a": ["x;b=y"]}),
    (b"a=%c3%A9", {"a": ["é"]}),
    ("a=é".encode(), {"a": ["é"]}),
    (b"a=%F0%9F%94%91", {"a": ["🔑"]}),
    (b"a[]=1", {"a[]": ["1"]}),
    (b"a=1?b=2#c", {"a": ["1?b=2#c"]}),
]

REFUSED = [
    (b"a=%00", "The request has a control character."),
    (b"a=\x00", "The request has a control character."),
    (b"%00=a", "The request has a control character."),
    (b"a=1&b=%0a", "The request has a control character."),
    (b"a=%0D%0ALocation:x", "The request has a control character."),
    (b"a=\t", "The request has a control character."),
    (b"a=%1f", "The request has a control character."),
    (b"a=%7F", "The request has a control character."),
    (b"a=%", "The request has a broken percent escape."),
    (b"a=%2", "The request has a broken percent escape."),
    (b"a=%zz", "The request has a broken percent escape."),
    (b"a=%u0041", "The request has a broken percent escape."),
    (b"%=a", "The request has a broken percent escape."),
    (b"a=%2%30", "The request has a broken percent escape."),
    (b"a=%ff", "The request is not UTF-8."),
    (b"a=\xff", "The request is not UTF-8."),
    (b"a=%c3", "The request is not UTF-8."),
    (b"a=%c0%80", "The request is not UTF-8."),
    (b"a=%ed%a0%80", "The request is not UTF-8."),
    (b"a=%f4%90%80%80", "The request is not UTF-8."),
    (b"a=" + b"x" * (MAX_BYTES - 1), "The request is too large."),
    (b"&".join([b"a=1"] * (MAX_PARAMETERS + 1)), "The request has too many parameters."),
]


@pytest.mark.parametrize(("encoded", "expected"), READ)
def test_values_are_read_by_name_in_their_order(encoded: bytes, expected: dict[str, list[str]]) -> None:
    """RFC 6749 appendix B; WHATWG URL §5.1, without its leniency."""
    assert parse(encoded) == expected


@pytest.mark.parametrize(("encoded", "description"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_cannot_be_read_is_refused_without_being_quoted(encoded: bytes, description: str) -> None:
    """RFC 6749 §4.1.2.1: ``invalid_request``."""
    with pytest.raises(OAuthError) as caught:
        parse(encoded)
    assert (caught.value.code, caught.value.description) == ("invalid_request", description)


def test_the_bounds_themselves_are_accepted() -> None:
    assert len(parse(b"a=" + b"x" * (MAX_BYTES - 2))["a"][0]) == MAX_BYTES - 2
    assert len(parse(b"&".join([b"a=1"] * MAX_PARAMETERS))["a"]) == MAX_PARAMETERS


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(encoded: bytes) -> None:
    """Nothing that a stranger sends may end in another exception."""
    try:
        found = parse(encoded)
    except OAuthError:
        return
    assert not {char for name, values in found.items() for char in name + "".join(values)} & {"\x00", "\r", "\n"}


def test_a_single_value_is_returned_as_it_is() -> None:
    assert single(parse(b"a=+x+&b=2"), "a") == " x "
    assert required(parse(b"a=+x+&b=2"), "a") == " x "


@pytest.mark.parametrize("encoded", [b"", b"b=1", b"a", b"a="])
def test_absent_and_empty_are_the_same(encoded: bytes) -> None:
    """RFC 6749 §3.1: a parameter without a value is treated as if it were omitted."""
    assert single(parse(encoded), "a") is None
    with pytest.raises(OAuthError) as caught:
        required(parse(encoded), "a")
    assert caught.value.body() == {"error": "invalid_request", "error_description": "The parameter a is missing."}


@pytest.mark.parametrize("encoded", [b"a=1&a=2", b"a=1&a=1", b"a=&a=1", b"a&a", b"a=1&b=2&%61=3"])
@pytest.mark.parametrize("read", [single, required])
def test_a_repeated_parameter_is_refused(encoded: bytes, read: object) -> None:
    """RFC 6749 §3.1: parameters must not be included more than once, equal ones and empty ones neither."""
    assert callable(read)
    with pytest.raises(OAuthError) as caught:
        read(parse(encoded), "a")
    assert caught.value.body() == {"error": "invalid_request", "error_description": "The parameter a is repeated."}
