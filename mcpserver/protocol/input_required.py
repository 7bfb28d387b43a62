"""Multi round-trip requests: an interim result that asks, and what must survive until the answer (MCP basic/patterns/mrtr)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.results import complete
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import Revision
from wire import strict_json

# Between a question and its answer. A new round has a state of its own.
LIFETIME_SECONDS = 600
# Sealed; a client sends it back with each round.
MAX_STATE_CHARACTERS = 64_000
# Says what was sealed: a text that the same key sealed for another use is no state.
_PREFIX = "requestState\n"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a state belongs to: the person, the OAuth client, and the very request that asked (basic/patterns/mrtr, Security).

    ``digest`` is of the request's arguments.
    """

    github_id: int
    client_id: str
    method: str
    name: str
    digest: str

    def members(self) -> list[str | int]:
        """Return what is compared."""
        return [self.github_id, self.client_id, self.method, self.name, self.digest]


@dataclass(frozen=True, slots=True)
class State:
    """What earlier rounds leave to the next: good answers by key, and what the author had remembered."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    remembered: Any = None

    @property
    def is_needed(self) -> bool:
        """Return whether anything is lost without it."""
        return bool(self.answers) or self.remembered is not None


def encode(state: State, binding: Binding, *, expires_at: float) -> str:
    """Return what is to be sealed. ``expires_at`` is in seconds since the epoch."""
    members = {
        "of": binding.members(),
        "expires_at": expires_at,
        "answers": dict(state.answers),
        "remembered": state.remembered,
    }
    return _PREFIX + strict_json.dumps(members).decode()


def decode(text: str, binding: Binding, *, now: float) -> State:
    """Return the state that a sealed text held.

    Raises:
        InvalidParams: it is none, another's, of another request, or too old.
    """
    if not text.startswith(_PREFIX):
        raise invalid_state()
    members = strict_json.loads(text.removeprefix(_PREFIX).encode())
    if members["of"] != binding.members() or not now < members["expires_at"]:
        raise invalid_state()
    return State(members["answers"], members["remembered"])


def invalid_state() -> InvalidParams:
    """Return the error for a ``requestState`` that is not believed. It does not say why: none of the reasons helps a client."""
    return InvalidParams(
        '"requestState" is not valid for this request, or no longer. Send the request without it to begin anew.'
    )


def state_too_large() -> InvalidParams:
    """Return the error for answers that a client would have to carry and that pass the bound."""
    return InvalidParams("The answers are too large to be kept until the next round.")


def result(requests: Mapping[str, Mapping[str, Any]], request_state: str | None, revision: Revision, server: Server) -> bytes:
    """Return the interim result as JSON. ``requests`` maps keys to ``{"method": …, "params": …}``.

    It has no cache hints (server/utilities/caching, Cacheable Results).
    """
    members: dict[str, Any] = {"resultType": "input_required", "inputRequests": dict(requests)}
    if request_state is not None:
        members["requestState"] = request_state
    return complete(members, revision, server)
