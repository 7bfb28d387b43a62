"""Numbers as JSON Schema reads them."""

from typing import Any

# Up to here a double holds every whole number; beyond, "whole" is an accident of rounding.
_LARGEST_SAFE_DOUBLE = 2.0**53
_LEFT_ALONE = frozenset({str, int, bool, type(None)})


def whole_numbers(value: Any) -> Any:
    """Return ``value`` with 10.0 written as 10: to JSON Schema both are integers, and some clients write only the first."""
    match value:
        case float() if value.is_integer() and abs(value) <= _LARGEST_SAFE_DOUBLE:
            return int(value)
        case dict():
            return {key: item if type(item) in _LEFT_ALONE else whole_numbers(item) for key, item in value.items()}
        case list():
            return [item if type(item) in _LEFT_ALONE else whole_numbers(item) for item in value]
        case _:
            return value
