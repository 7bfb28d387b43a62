"""Ways to spoil an honest request. Everything comes from one ``Random``: the same seed and number make the same request."""

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz import corpus

_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.5, 2**53, 2**63, 2**64, 10**400, -0.0, 1e308),
    *("", " ", "\x00", "a" * 10_000, "é", "\U0001f600", "\u202e", "\ud83d"),
    *([], [[]], {}, {"": ""}, {"a": {"a": {"a": {}}}}, [1] * 1000),
    *("__proto__", "constructor", "../../etc/passwd", "%00", "{{7*7}}", "' OR 1=1 --"),
    *("=?base64?eA==?=", "2026-07-28", "2024-11-05", "tools/call", "test://template/a%2Fb/data"),
)
_BYTES = (b"\x00", b"\xff", b"\r\n", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\xed\xa0\x80", b"1e999", b"NaN")
_HEADERS = (
    *("Mcp-Session-Id", "Last-Event-ID", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Param-Region", "Accept"),
    *("Content-Type", "Origin", "X-Forwarded-For", "Content-Encoding", "Expect", "Cookie"),
)
_PATHS = ("/mcp", "/mcp/", "/sse", "/messages", "/messages/", "/sse/", "/mcp?session_id=a", "/messages?session_id=a")

Raw = tuple[str, str, list[tuple[str, str]], bytes]


def make(seed: int, number: int) -> Raw:
    """Return HTTP method, path, headers and body of the request of that number."""
    random = Random(f"{seed}-{number}")  # noqa: S311  to be made again, not to be unknown
    method, headers, message = copy.deepcopy(random.choice(corpus.requests()))
    path = "/mcp" if random.random() < 0.9 else random.choice(_PATHS)
    if random.random() < 0.05:
        method = random.choice(["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
    value: Any = [message] * random.randint(1, 3) if random.random() < 0.05 else message
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        value = random.choice(_CHANGES)(random, value)
    pairs = [(name, text) for name, text in headers.items() if isinstance(text, str)]
    if random.random() < 0.3:
        pairs = _spoil_headers(random, pairs)
    body = json.dumps(value).encode("utf-8", "surrogatepass")
    if random.random() < 0.15:
        body = _spoil_bytes(random, body)
    return method, path, pairs, body


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to each value within, outermost first."""
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += _places(inner, (*path, key))
    return found


def _change(random: Random, value: Any, make_one: Callable[[Any], Any]) -> Any:
    """Return the value with one place in it made anew."""
    path = random.choice(_places(value))
    if not path:
        return make_one(value)
    at = value
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = make_one(at[path[-1]])
    return value


def _replace(random: Random, value: Any) -> Any:
    return _change(random, value, lambda _old: copy.deepcopy(random.choice(_ODD)))


def _remove(random: Random, value: Any) -> Any:
    def without_one(old: Any) -> Any:
        if isinstance(old, dict | list) and old:
            del old[random.choice(list(old) if isinstance(old, dict) else range(len(old)))]
        return old

    return _change(random, value, without_one)


def _add(random: Random, value: Any) -> Any:
    def with_one(old: Any) -> Any:
        if isinstance(old, dict):
            old[str(random.choice(_ODD))[:100]] = copy.deepcopy(random.choice(_ODD))
        return [old, old] if not isinstance(old, dict) else old

    return _change(random, value, with_one)


def _swap(random: Random, value: Any) -> Any:
    """Put one part of the message in the place of another."""
    paths = _places(value)
    taken = value
    for key in random.choice(paths):
        taken = taken[key]
    return _change(random, value, lambda _old: copy.deepcopy(taken))


def _nest(random: Random, value: Any) -> Any:
    def deep(old: Any) -> Any:
        for _ in range(random.choice((1, 10, 200))):
            old = {"a": old}
        return old

    return _change(random, value, deep)


def _spoil_text(random: Random, value: Any) -> Any:
    def spoil(old: Any) -> Any:
        if not isinstance(old, str):
            return str(old)
        place = random.randint(0, len(old))
        return old[:place] + random.choice(("\x00", "\n", "/", "é", " ", "")) + old[place + random.randint(0, 1) :]

    return _change(random, value, spoil)


_CHANGES = (_replace, _replace, _remove, _add, _swap, _nest, _spoil_text)


def _spoil_headers(random: Random, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    kind = random.randrange(4)
    if kind == 0 and pairs:
        pairs.remove(random.choice(pairs))
    elif kind == 1 and pairs:
        pairs.append(random.choice(pairs))
    else:
        value = str(random.choice(_ODD))[:200].encode("ascii", "replace").decode()
        pairs.append((random.choice(_HEADERS), "".join(each for each in value if each.isprintable())))
    return pairs


def _spoil_bytes(random: Random, body: bytes) -> bytes:
    for _ in range(random.randint(1, 4)):
        place = random.randint(0, len(body))
        body = body[:place] + random.choice(_BYTES) + body[place + random.randint(0, 3) :]
    return body[: random.randint(0, len(body))] if random.random() < 0.2 else body
