"""What a call may do: the scopes it needs against the scopes that its session holds."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from pydantic import BaseModel

from tools import arguments as arguments_module
from tools.registry import Tool


def missing_scopes(tool: Tool, arguments: Mapping[str, Any], scopes: AbstractSet[str]) -> frozenset[str]:
    """Return the scopes that this call needs and the session lacks; empty when it may go on.

    What the arguments ask for on top (``step_up``) counts only when they are valid: wrong ones are the runner's to report.
    """
    if tool.step_up is None:
        return tool.scopes - scopes
    try:
        parsed = arguments_module.parse(tool, arguments)
    except arguments_module.InvalidArguments:
        return tool.scopes - scopes
    return required_scopes(tool, parsed) - scopes


def required_scopes(tool: Tool, parsed: BaseModel) -> frozenset[str]:
    """Return the scopes that a call with these (valid) arguments needs."""
    return tool.scopes if tool.step_up is None else tool.scopes | tool.step_up(parsed)
