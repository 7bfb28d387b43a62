"""The ``WWW-Authenticate`` challenge of the MCP endpoints (RFC 6750 §3, RFC 9728 §5.1)."""

from collections.abc import Iterable

from oauth_bridge.protocol.resources import MCP_PATH


def bearer(
    origin: str,
    *,
    path: str = MCP_PATH,
    scope: Iterable[str],
    error: str | None = None,
    description: str | None = None,
) -> str:
    """Return the header's value for the resource at ``path``; no ``error`` where no credentials were sent (RFC 6750 §3.1).

    Scope and description are this server's own words: nothing that was sent is echoed into a header.
    """
    parts = {
        "error": error,
        "error_description": description,
        "resource_metadata": f"{origin}/.well-known/oauth-protected-resource{path}",
        "scope": " ".join(scope),
    }
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items() if value)
