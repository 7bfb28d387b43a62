"""The verified caller of an MCP request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, through which client, in which session, with which rights. Made from an access token, never from input.

    ``expires_at`` is the access token's, in seconds since the epoch; ``token_checksum`` its SHA-256.
    ``organizations`` and ``teams`` (``organization/team``), in lower case, are those that a rule of the allow-list names and
    GitHub has confirmed; ``groups`` are the numbers of this server's own.
    """

    session_id: str
    person_id: int
    github_id: int
    login: str
    client_id: str
    client_name: str
    scopes: frozenset[str]
    expires_at: float
    token_checksum: str = ""
    organizations: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
