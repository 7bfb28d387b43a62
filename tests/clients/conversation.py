"""How a client's script talks with the test that started it: one JSON object a line, orders in, answers out.

    > {"do": "call", "tool": "calculate", "arguments": {...}}
    < {"authorize": "https://…"}                 the person's turn, at any time
    > {"callback": "http://127.0.0.1:7777/callback?code=…"}
    < {"is_error": false, "structured": {...}}

The scripts run in environments of their own: nothing here imports the product, or anything that has to be installed.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
Order = Callable[[Json], Awaitable[Json]]


class Storage:
    """Where a client keeps its registration and its tokens: in memory. The SDKs' ``TokenStorage``, of any version."""

    def __init__(self) -> None:
        self.tokens: Any = None
        self.client_info: Any = None

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client_info

    async def set_client_info(self, client_info: Any) -> None:
        self.client_info = client_info

    def report(self) -> Json:
        """Return what the client holds, as JSON."""
        return {
            "tokens": self.tokens.model_dump(mode="json", exclude_none=True),
            "client": self.client_info.model_dump(mode="json", exclude_none=True),
        }


class Person:
    """Whoever sits before the browser: is shown the authorization URL, and ends at the callback."""

    async def redirect(self, authorize_url: str) -> None:
        """Open the browser. The SDKs' ``redirect_handler``."""
        _say({"authorize": authorize_url})

    async def callback(self) -> dict[str, str]:
        """Return the query that the browser brought back."""
        answer = await _hear()
        assert answer is not None, "nobody came back from the browser"
        query = parse_qs(urlsplit(answer["callback"]).query)
        return {name: values[0] for name, values in query.items()}


class Answers:
    """What the person and the client's model say when a server asks, set by the test; and what the server told meanwhile."""

    def __init__(self) -> None:
        self.form: Json = {}
        self.said = "nothing"
        self.roots: list[str] = []
        self.asked: list[Json] = []
        self.told: list[Json] = []

    async def set(self, order: Json) -> Json:
        """Take the answers of an order: ``form`` is an elicitation's result, ``said`` a model's text, ``roots`` are URIs."""
        self.form, self.said, self.roots = order["form"], order["said"], order["roots"]
        return {}

    def keep(self, kind: str, params: Any) -> None:
        """Keep what the server asked or told."""
        (self.told if kind in ("log", "progress") else self.asked).append({"kind": kind, **params})

    def report(self) -> Json:
        """Return what was asked and told since the last time."""
        report = {"asked": self.asked, "told": self.told}
        self.asked, self.told = [], []
        return report


async def serve(orders: dict[str, Order]) -> None:
    """Carry out orders until the test has no more; an order that fails is answered with its error."""
    _say({"ready": True})
    while (order := await _hear()) is not None:
        try:
            answer = await orders[order["do"]](order)
        except Exception as error:  # noqa: BLE001  whatever the SDK raises is what the test wants to see
            answer = {"error": f"{type(error).__name__}: {error}"}
        _say(answer)


async def _hear() -> Json | None:
    line = await asyncio.to_thread(sys.stdin.readline)
    return json.loads(line) if line else None


def _say(message: Json) -> None:
    print(json.dumps(message), flush=True)
