"""What a running request may send to its client before its answer: notifications, and requests of the handshake era."""

from collections.abc import Mapping
from typing import Any, Protocol

from mcpserver.streams.sse import EventStream


class Outgoing(Protocol):
    """The way from one running request to its client. The transport makes it; whoever carries a step out uses it."""

    @property
    def takes_notifications(self) -> bool:
        """Whether ``notify`` reaches anyone: the client takes an event stream."""

    @property
    def takes_requests(self) -> bool:
        """Whether ``request`` can be answered: an event stream, and a transport session of the handshake era."""

    async def notify(self, method: str, params: Mapping[str, Any]) -> None:
        """Send a notification on the request's own stream; the first one opens it. Waits for a slow reader; drops it if
        nobody takes notifications."""

    async def stream(self) -> EventStream:
        """Return the request's own stream, opened if it was not; for requests whose answer is a stream and nothing else.

        Raises:
            ClientError: nobody takes notifications.
        """

    async def request(self, method: str, params: Mapping[str, Any], *, timeout_seconds: float) -> dict[str, Any]:
        """Send a request to the client and return its result.

        Raises:
            ClientError: the client answered with an error, in time or not at all.
        """

    async def release(self) -> None:
        """Let go of the connection, where the client knows how to come back for the answer (MCP 2025-11-25 basic/transports,
        Sending Messages); nothing happens elsewhere."""


class ClientError(Exception):
    """The client did not do what it was asked. ``code`` is its JSON-RPC error code, None when no answer came in time."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class Nowhere:
    """For a client that takes one JSON answer and nothing else."""

    takes_notifications = False
    takes_requests = False

    async def notify(self, method: str, params: Mapping[str, Any]) -> None:
        """Drop it."""

    async def stream(self) -> EventStream:
        """Refuse."""
        raise ClientError("This client takes no stream.")

    async def request(self, method: str, params: Mapping[str, Any], *, timeout_seconds: float) -> dict[str, Any]:  # noqa: ARG002
        """Refuse."""
        raise ClientError("This client takes no requests.")

    async def release(self) -> None:
        """Keep it."""


NOWHERE = Nowhere()
