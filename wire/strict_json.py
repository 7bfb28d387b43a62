"""The one strict JSON reader and writer: UTF-8, bounded in size and depth, no NaN, no lone surrogates, integers exact.

Python's own ``json`` takes NaN, UTF-16 and lone surrogates and dies on deep nesting; orjson refuses all of these but
silently turns an integer beyond 64 bits into a float. Here orjson judges, and the rare text that holds such an integer is
read a second time by ``json``, which keeps it exact.
"""

import json
import math
import re
from typing import Any

import orjson

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
MAX_INTEGER_DIGITS = 1_000

# 19 digits may pass 2**63; fewer never do. Six are kept: leading zeros stay wrong, an escape like \u0031 stays whole.
_LONG_DIGITS = re.compile(rb"([0-9]{6})[0-9]{13,}")


class InvalidJSON(ValueError):
    """The bytes are not JSON as RFC 8259 has it, or pass a bound. The message is safe to show."""


def loads(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value of a UTF-8 JSON text.

    Raises:
        InvalidJSON: malformed, larger than ``max_bytes``, nested deeper than ``max_depth``, or with an integer of more than
            ``MAX_INTEGER_DIGITS`` digits.
    """
    if len(data) > max_bytes:
        raise InvalidJSON(f"the text is larger than {max_bytes} bytes")
    has_long_digits = _LONG_DIGITS.search(data) is not None
    try:
        # Long runs of digits are shortened for the judgement: orjson takes an integer of 310 digits for infinity.
        value = orjson.loads(_LONG_DIGITS.sub(rb"\1", data) if has_long_digits else data)
    except orjson.JSONDecodeError as error:
        # orjson words its messages for people, but they may quote the text around the fault: only the place is passed on.
        raise InvalidJSON(f"not valid JSON at line {error.lineno} column {error.colno}") from None
    if data.count(b"[") + data.count(b"{") > max_depth and _depth(value) > max_depth:
        raise InvalidJSON(f"nested deeper than {max_depth} levels")
    if has_long_digits:
        value = json.loads(data, parse_int=_exact_integer, parse_float=_finite_float)
    return value


def dumps(value: Any) -> bytes:
    """Return ``value`` as compact UTF-8 JSON.

    Raises:
        TypeError: something in it is not JSON: another type, a lone surrogate. NaN and infinity are never written: they
            become null.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        # An integer beyond 64 bits, or a true error: ``json`` tells them apart.
        try:
            return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except ValueError as error:
            raise TypeError(str(error)) from None


def _exact_integer(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_INTEGER_DIGITS:
        raise InvalidJSON(f"an integer has more than {MAX_INTEGER_DIGITS} digits")
    return int(digits)


def _finite_float(text: str) -> float:
    if math.isinf(number := float(text)):
        raise InvalidJSON("a number is too large")
    return number


def _depth(value: Any) -> int:
    """Return how many arrays and objects are nested, without recursion."""
    deepest = 0
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, dict):
            children = list(item.values())
        elif isinstance(item, list):
            children = item
        else:
            continue
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in children)
    return deepest
