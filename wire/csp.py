"""The Content-Security-Policy of every page: nothing remote, nothing inline."""

from collections.abc import Iterable

_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)


def policy(form_action: Iterable[str] = ()) -> str:
    """Return the header's value. ``form_action`` adds where a form's answer may redirect to (the whole chain)."""
    return "; ".join((*_DIRECTIVES, " ".join(("form-action 'self'", *dict.fromkeys(form_action)))))
