"""GitHub's scopes, as far as the simulator knows them, and which of them include which."""

import re

# A scope -> those that it includes (GitHub: "Scopes for OAuth apps").
INCLUDED: dict[str, frozenset[str]] = {
    "user": frozenset({"read:user", "user:email", "user:follow"}),
    "read:user": frozenset(),
    "user:email": frozenset(),
    "user:follow": frozenset(),
    "repo": frozenset({"repo:status", "repo_deployment", "public_repo", "repo:invite"}),
    "public_repo": frozenset(),
    "repo:status": frozenset(),
    "repo_deployment": frozenset(),
    "repo:invite": frozenset(),
    "admin:org": frozenset({"write:org", "read:org"}),
    "write:org": frozenset({"read:org"}),
    "read:org": frozenset(),
    "gist": frozenset(),
}


def parse_scopes(text: str) -> frozenset[str]:
    """Return the scopes of a request: split at spaces and commas, unknown and included ones dropped, as GitHub does."""
    asked = {scope for scope in re.split(r"[ ,]+", text) if scope in INCLUDED}
    covered = {included for scope in asked for included in INCLUDED[scope]}
    return frozenset(asked - covered)


def covers(granted: frozenset[str], accepted: frozenset[str]) -> bool:
    """Return whether one of ``accepted`` is granted, by itself or included in a wider one."""
    wide = granted | {included for scope in granted for included in INCLUDED[scope]}
    return bool(wide & accepted)
