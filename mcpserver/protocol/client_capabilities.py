"""What a client declared, as far as its revision knows of it."""

from collections.abc import Mapping
from typing import Any

from mcpserver.protocol.versions import Revision


def usable(capabilities: Mapping[str, Any], revision: Revision) -> dict[str, Any]:
    """Return the capabilities without what the revision does not have, whatever the client wrote into them."""
    made = dict(capabilities)
    elicitation, sampling = made.get("elicitation"), made.get("sampling")
    if isinstance(elicitation, dict):
        # An empty object means forms alone (MCP 2025-11-25 client/elicitation, Capabilities).
        modes = elicitation if elicitation.keys() & {"form", "url"} else {"form": {}}
        made["elicitation"] = {mode: value for mode, value in modes.items() if mode in revision.elicitation_modes}
    if not made.get("elicitation"):
        made.pop("elicitation", None)
    if isinstance(sampling, dict) and not revision.sampling_tools:
        made["sampling"] = {}
    return made
