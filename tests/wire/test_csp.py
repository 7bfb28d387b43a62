"""The Content-Security-Policy of every page."""

from wire.csp import policy

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def test_nothing_is_remote_inline_or_framed() -> None:
    """CSP Level 3; MCP 2026-07-28 security best practices, Consent UI: the page must not be framed."""
    assert policy() == STRICT
    assert "unsafe" not in policy()


def test_a_form_may_lead_to_where_its_answer_redirects_and_to_nowhere_else() -> None:
    """CSP Level 3 §6.4.2: browsers hold redirects of a form's answer to `form-action` as well."""
    sources = ["https://github.com", "http://localhost:3118", "https://github.com"]
    assert policy(sources) == f"{STRICT} https://github.com http://localhost:3118"
    assert policy(iter(["cursor:"])) == f"{STRICT} cursor:"
