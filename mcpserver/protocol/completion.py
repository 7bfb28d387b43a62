"""``completion/complete``: params in, suggestions out (MCP 2026-07-28 server/utilities/completion)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.prompts import string_map
from mcpserver.protocol.results import complete
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import Revision

# What a reference of each type calls the thing that it means.
_NAMED_BY = {"ref/prompt": "name", "ref/resource": "uri"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is being typed: ``value`` so far, for an argument of a prompt or a variable of a resource template.

    ``name`` is the prompt's name, or the template as it was listed. ``chosen`` are the arguments that were chosen before.
    """

    of_prompt: bool
    name: str
    argument: str
    value: str
    chosen: Mapping[str, str]


def parse_question(params: Mapping[str, Any]) -> Question:
    """Return what is asked.

    Raises:
        InvalidParams: a member is missing or of a wrong type.
    """
    reference, argument = _object(params, "ref"), _object(params, "argument")
    named_by = _NAMED_BY.get(_string(reference, "ref", "type"))
    if named_by is None:
        raise InvalidParams(f'"ref.type" must be one of {", ".join(_NAMED_BY)}.')
    context = params.get("context", {})
    if not isinstance(context, dict):
        raise InvalidParams('"context" must be an object.')
    return Question(
        of_prompt=named_by == "name",
        name=_string(reference, "ref", named_by),
        argument=_string(argument, "argument", "name"),
        value=_string(argument, "argument", "value"),
        chosen=string_map(context.get("arguments"), "context.arguments"),
    )


def unknown_reference() -> InvalidParams:
    """Return the error for a prompt, template or argument that is not there."""
    return InvalidParams("There is no such prompt, resource template or argument.")


def complete_result(values: Sequence[str], *, total: int, has_more: bool, revision: Revision, server: Server) -> bytes:
    """Return suggestions as JSON."""
    completion = {"values": list(values), "total": total, "hasMore": has_more}
    return complete({"completion": completion}, revision, server)


def _object(params: Mapping[str, Any], member: str) -> dict[str, Any]:
    value = params.get(member)
    if not isinstance(value, dict):
        raise InvalidParams(f'"{member}" must be an object.')
    return value


def _string(given: Mapping[str, Any], member: str, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise InvalidParams(f'"{member}.{name}" must be a string.')
    return value
