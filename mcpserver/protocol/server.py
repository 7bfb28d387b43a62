"""Who the server says it is and what it can do, in the shape of each revision."""

from dataclasses import dataclass
from typing import Any

from mcpserver.protocol.versions import REVISIONS, Revision

INSTRUCTIONS = (
    "Gatehouse runs its tools as the GitHub user who signed in through this client, and with no more rights than that person "
    "granted. List the tools to see what is on offer. When a call is refused for want of a scope, ask the person to grant it "
    "and try again; when a tool asks to sign in again, the person's link to GitHub has ended."
)


@dataclass(frozen=True, slots=True)
class Features:
    """What works here, which is what is declared (MCP 2026-07-28 server/discover).

    A method of a feature that is off is unknown. ``extensions`` are identifiers such as ``io.modelcontextprotocol/tasks``.
    """

    tools: bool = True
    resources: bool = False
    subscriptions: bool = False
    prompts: bool = False
    completions: bool = False
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Server:
    """The server's identity and features. ``website_url`` is the public origin; ``served`` are the transport's revisions."""

    version: str
    website_url: str
    name: str = "gatehouse"
    title: str = "Gatehouse"
    description: str = "Tools behind a sign-in through GitHub"
    instructions: str = INSTRUCTIONS
    features: Features = Features()
    served: tuple[Revision, ...] = REVISIONS


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


def capabilities(server: Server, revision: Revision) -> dict[str, Any]:
    """Return what is declared: ``{"tools": {"listChanged": true}, "logging": {}, …}``."""
    features = server.features
    declared: dict[str, Any] = {"logging": {}}
    if features.tools:
        declared["tools"] = {"listChanged": True}
    if features.resources:
        declared["resources"] = {"subscribe": features.subscriptions, "listChanged": True}
    if features.prompts:
        declared["prompts"] = {"listChanged": True}
    if features.completions and revision.completions:
        declared["completions"] = {}
    if features.extensions and revision.extensions:
        declared["extensions"] = {identifier: {} for identifier in features.extensions}
    return declared
