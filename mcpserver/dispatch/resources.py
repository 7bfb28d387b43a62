"""``resources/read``: the resource, its rights, and who may know of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from mcpserver import bearer
from mcpserver.dispatch import calls, failures, rights
from mcpserver.dispatch.call import Call
from mcpserver.protocol import resources as messages
from mcpserver.protocol.errors import ProtocolError
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.steps import ReadResource
from oauth_bridge.principals import Principal
from tools import reader
from tools.catalog import CATALOG
from tools.context import Person
from tools.resources import NotFound, Resource


@dataclass(frozen=True, slots=True)
class Found:
    """A resource, and the values of its template's variables."""

    resource: Resource
    variables: Mapping[str, str]


def prepare(step: ReadResource, principal: Principal) -> Found | ProtocolError:
    """Return what is read, or the error that answers the request.

    Raises:
        BearerError: a scope is missing; nothing has run.
    """
    found = CATALOG.resource(step.uri)
    if found is None:
        return messages.not_found(step.uri, step.revision)
    resource, variables = found
    if rights.refusal(resource, principal) is not None:
        return messages.not_found(step.uri, step.revision)
    missing = resource.scopes - principal.scopes
    if missing:
        raise bearer.insufficient_scope(missing, principal.scopes)
    if not resource.may_read(_person(principal), variables):
        return messages.not_found(step.uri, step.revision)
    return Found(resource, variables)


async def read(found: Found, step: ReadResource, call: Call) -> SingleOutcome:
    """Return what was read, or the error that says why not."""
    try:
        contents = await reader.read(found.resource, step.uri, found.variables, calls.context(call, step))
        return messages.read_result(contents, found.resource.ttl_ms, step.revision, call.server)
    except NotFound:
        return messages.not_found(step.uri, step.revision)
    except failures.EXPECTED as error:
        return failures.error_for(error)


def _person(principal: Principal) -> Person:
    return Person(principal.github_id, principal.login)
