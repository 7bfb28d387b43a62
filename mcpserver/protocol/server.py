"""Who the server says it is, in the shape of each revision."""

from dataclasses import dataclass
from typing import Any

from mcpserver.protocol.versions import Revision

INSTRUCTIONS = (
    "Gatehouse runs its tools as the GitHub user who signed in through this client, and with no more rights than that person "
    "granted. List the tools to see what is on offer. When a call is refused for want of a scope, ask the person to grant it "
    "and try again; when a tool asks to sign in again, the person's link to GitHub has ended."
)


@dataclass(frozen=True, slots=True)
class Server:
    """The server's identity. ``website_url`` is the public origin."""

    version: str
    website_url: str
    name: str = "gatehouse"
    title: str = "Gatehouse"
    description: str = "Tools behind a sign-in through GitHub"
    instructions: str = INSTRUCTIONS


def implementation(server: Server, revision: Revision) -> dict[str, Any]:
    """Return ``serverInfo`` with the members that the revision has: ``{"name": "gatehouse", "version": "…", …}``."""
    members = {
        "name": server.name,
        "title": server.title,
        "version": server.version,
        "description": server.description,
        "websiteUrl": server.website_url,
    }
    return {name: value for name, value in members.items() if name in revision.implementation_fields}


def capabilities() -> dict[str, Any]:
    """Return what is declared, which is what works: tools, whose list is announced by no notification."""
    return {"tools": {}}
