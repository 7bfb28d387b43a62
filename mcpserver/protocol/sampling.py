"""``sampling/createMessage`` in the shape of each revision (MCP client/sampling). Params come in the newest shape."""

from collections.abc import Iterator, Mapping
from typing import Any

from mcpserver.protocol.versions import Revision


def params_for(params: Mapping[str, Any], revision: Revision) -> dict[str, Any]:
    """Return the params that a client of this revision gets: one block a message, and of types it has, where it is older."""
    if revision.sampling_tools:
        return dict(params)
    return {**params, "messages": [each for message in params["messages"] for each in _single(message, revision)]}


def _single(message: Mapping[str, Any], revision: Revision) -> Iterator[dict[str, Any]]:
    content = message["content"]
    for block in content if isinstance(content, list) else [content]:
        known = block["type"] in revision.content_types
        yield {**message, "content": block if known else {"type": "text", "text": f"[{block['type']}]"}}
