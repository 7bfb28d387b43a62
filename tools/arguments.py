"""A call's arguments: from the wire into the tool's own model, or every error at once."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ValidationError

from tools.json_numbers import whole_numbers
from tools.registry import Tool
from tools.results import ToolError
from wire import strict_json

MAX_ERRORS_SHOWN = 20
MAX_NAME_SHOWN = 100


class InvalidArguments(ToolError):
    """The arguments do not fit the tool's input schema. A result, not a protocol error (MCP 2025-11-25 server/tools)."""

    outcome: ClassVar[str] = "invalid_arguments"


def parse(tool: Tool, arguments: Mapping[str, Any]) -> BaseModel:
    """Return the arguments as ``tool.arguments``: no coercion between types, nothing unknown let through.

    Raises:
        InvalidArguments: with one line for each error.
    """
    try:
        # Validated as JSON, not as Python objects: only so do dates and enumerations arrive under strict rules.
        data = strict_json.dumps(whole_numbers(dict(arguments)))
        return tool.arguments.model_validate_json(data, strict=True, extra="forbid")
    except ValidationError as error:
        raise InvalidArguments(_message(tool, error)) from None
    except TypeError:
        raise InvalidArguments(f"The arguments of {tool.name} are not a JSON object.") from None


def _message(tool: Tool, error: ValidationError) -> str:
    # Without the input: what was sent may be long or private, and the caller knows it.
    found = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [_line(tool, each["type"], each["loc"], each["msg"]) for each in found[:MAX_ERRORS_SHOWN]]
    if len(found) > MAX_ERRORS_SHOWN:
        lines.append(f"- and {len(found) - MAX_ERRORS_SHOWN} more")
    return "\n".join([f"The arguments of {tool.name} are not right. Correct them and call it again:", *lines])


def _line(tool: Tool, kind: str, place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in place)[:MAX_NAME_SHOWN] or "arguments"
    match kind:
        case "missing":
            return f"- {name}: is required"
        case "extra_forbidden":
            return f"- {name}: is not an argument of this tool, which takes {_names(tool)}"
        case _:
            return f"- {name}: {message.removeprefix('Value error, ')}"


def _names(tool: Tool) -> str:
    return ", ".join(tool.arguments.model_fields) or "none"
