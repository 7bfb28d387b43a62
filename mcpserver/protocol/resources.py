"""The resources' lists and ``resources/read``: params in, results out, in the shape of each revision (MCP server/resources)."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcpserver.protocol import content
from mcpserver.protocol.errors import InvalidParams, ResourceNotFound
from mcpserver.protocol.pages import Definition, Kind
from mcpserver.protocol.results import cache_hints, complete
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import Revision


def parse_uri(params: Mapping[str, Any]) -> str:
    """Return the URI that ``resources/read`` or a subscription names.

    Raises:
        InvalidParams: ``uri`` is no string, or empty.
    """
    uri = params.get("uri")
    if not isinstance(uri, str) or not uri:
        raise InvalidParams('"uri" must be a string that is not empty.')
    return uri


def not_found(uri: str, revision: Revision) -> ResourceNotFound:
    """Return the error for a URI that is not there, or not for this person (server/resources, Error Handling)."""
    return ResourceNotFound(uri, code=revision.resource_not_found_code)


def read_result(contents: Sequence[Mapping[str, Any]], ttl_ms: int, revision: Revision, server: Server) -> bytes:
    """Return what was read as JSON. ``contents`` are never empty."""
    return complete({"contents": list(contents), **cache_hints(revision, ttl_ms=ttl_ms)}, revision, server)


def _described_resource(definition: Definition, revision: Revision) -> dict[str, Any]:
    known = {name: value for name, value in definition.items() if name in revision.resource_fields}
    return dict(content.annotated(known, revision))


def _described_template(definition: Definition, revision: Revision) -> dict[str, Any]:
    known = {name: value for name, value in definition.items() if name in revision.template_fields}
    return dict(content.annotated(known, revision))


RESOURCES = Kind("resources", "uri", _described_resource)
TEMPLATES = Kind("resourceTemplates", "uriTemplate", _described_template)
