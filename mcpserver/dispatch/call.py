"""Who asks, and the way back to the client, for everything that carries a step out."""

from dataclasses import field
from typing import TYPE_CHECKING

from mcpserver.outgoing import Outgoing
from mcpserver.protocol.server import Server
from mcpserver.protocol.transport_session import TransportSession
from oauth_bridge.principals import Principal
from wire import values

if TYPE_CHECKING:
    from mcpserver.links import Telling


@values.value
class Call:
    """One HTTP request's surroundings. ``session`` is the handshake era's, where the request names one.

    ``telling`` are the links that may hold something back; see ``links.settle``.
    """

    principal: Principal
    server: Server
    outgoing: Outgoing
    session: TransportSession | None = None
    telling: "list[Telling]" = field(default_factory=list)
