"""Redirect URIs: which may be registered, which of them a request may use, and what the consent page makes of one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_bridge.protocol.redirect_uris import MAX_LENGTH, PRIVATE_USE_SCHEMES, InvalidRedirectUri, find, parse
from tests.oauth_bridge.protocol.redirect_uri_cases import ACCEPTED, MATCHES, MISMATCHES, REFUSED


@pytest.mark.parametrize(("uri", "display_host", "source"), ACCEPTED)
def test_a_usable_uri_is_read_whole(uri: str, display_host: str, source: str) -> None:
    """RFC 8252 §7; MCP 2026-07-28 authorization, Communication Security."""
    found = parse(uri)
    assert (found.uri, found.display_host, found.form_action_source) == (uri, display_host, source)


@pytest.mark.parametrize(("uri", "reason"), REFUSED)
def test_an_unusable_uri_is_refused_for_its_own_reason(uri: str, reason: str) -> None:
    """RFC 9700 §4.1, RFC 8252 §7; the advisories are named beside the rows."""
    with pytest.raises(InvalidRedirectUri) as caught:
        parse(uri)
    assert str(caught.value) == reason
    assert find(uri, [uri]) is None


@pytest.mark.parametrize("scheme", sorted(PRIVATE_USE_SCHEMES))
def test_the_schemes_of_known_apps_are_accepted(scheme: str) -> None:
    """RFC 8252 §7.1; the editors register schemes without a dot."""
    found = parse(f"{scheme}://vendor.app/callback")
    assert found.is_private_use
    assert not found.is_loopback


@pytest.mark.parametrize(
    ("uri", "is_loopback", "is_private_use"),
    [
        ("http://localhost:3000/cb", True, False),
        ("http://127.0.0.1/cb", True, False),
        ("http://[::1]/cb", True, False),
        ("https://localhost/cb", False, False),
        ("https://app.example.com/cb", False, False),
        ("cursor://callback", False, True),
        ("com.example.app:/cb", False, True),
    ],
)
def test_the_consent_page_knows_what_kind_of_uri_it_is(uri: str, *, is_loopback: bool, is_private_use: bool) -> None:
    """MCP 2026-07-28 authorization, Localhost Redirect URI Risks."""
    found = parse(uri)
    assert (found.is_loopback, found.is_private_use) == (is_loopback, is_private_use)


@pytest.mark.parametrize(("requested", "registered"), MATCHES)
def test_a_registered_uri_is_found_and_used_as_it_was_sent(requested: str, registered: list[str]) -> None:
    """RFC 6749 §3.1.2.3: equal as strings; RFC 8252 §7.3: any port of a loopback address, and the one that was sent."""
    found = find(requested, registered)
    assert found is not None
    assert found.uri == requested


@pytest.mark.parametrize(("requested", "registered"), MISMATCHES)
def test_nothing_else_is_found(requested: str, registered: list[str]) -> None:
    """OAuth 2.1 §2.3.1, RFC 9700 §4.1.3: no patterns, no normalisation."""
    assert find(requested, registered) is None


def test_a_uri_may_have_a_length_and_no_more() -> None:
    longest = "https://app.example.com/".ljust(MAX_LENGTH, "a")
    assert parse(longest).uri == longest
    with pytest.raises(InvalidRedirectUri, match="longer than 2000 characters"):
        parse(longest + "a")


@pytest.mark.parametrize(
    "uri",
    [
        "https://" + "a-." * 400_000,
        "https://" + "a" * 1_000_000,
        "https://app.example.com/" + "%2e" * 400_000,
        "https://app.example.com/?" + "&code" * 300_000,
        "a." * 600_000 + ":/x",
        "https://" + "1." * 900,
        "a.-" * 600 + ":/x",
        "https://app.example.com/" + "/." * 900 + "x",
    ],
    ids=lambda uri: f"{uri[:12]}… of {len(uri)}",
)
def test_no_uri_stalls_the_rules(uri: str) -> None:
    """CVE-2022-36087: a malicious redirect URI kept a validator busy."""
    started = time.process_time()
    assert find(uri, ["https://app.example.com/cb"]) is None
    assert time.process_time() - started < 0.2


@given(st.text(max_size=60), st.sampled_from(["", "https://", "http://localhost", "http://127.0.0.1:", "cursor://", "a.b:/"]))
def test_whatever_is_accepted_is_visible_ascii_without_fragment_or_backslash(text: str, start: str) -> None:
    """What the consent page, a Location header and a policy hold must be what it seems to be."""
    try:
        found = parse(start + text)
    except InvalidRedirectUri:
        return
    assert found.uri == start + text
    assert all("!" <= char <= "~" for char in found.uri)
    assert not set(found.uri) & set('#\\<>"')
    assert not set(found.form_action_source) & set(" ;,'\"*@")
    assert found.is_private_use or found.scheme == "https" or found.display_host in {"localhost", "127.0.0.1", "[::1]"}
