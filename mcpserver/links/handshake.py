"""The handshake era: questions are requests on the call's own stream, and the call waits for their answers."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mcpserver.dispatch.call import Call
from mcpserver.links.telling import Telling
from mcpserver.outgoing import ClientError
from mcpserver.protocol import client_capabilities, elicitation, sampling
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.versions import Revision
from tools import asking
from tools.link import InputRefused, InputRequest
from wire import strict_json

# How long a person may think, or a model.
ANSWER_TIMEOUT_SECONDS = 300.0
# So many calls of one sign-in may wait for answers at once in a process: each holds one of the requests that it may serve.
MAX_WAITING = 16

_waiting: Counter[str] = Counter()


class HandshakeLink(Telling):
    """A Link of a client that opened a session by ``initialize``, if it has one and takes an event stream."""

    __slots__ = ("_remembered",)

    def __init__(self, asked: Asked, revision: Revision, call: Call) -> None:
        super().__init__(asked, revision, call)
        self._remembered: Any = None

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """Return what ``initialize`` declared; nothing for a client that cannot be sent a request now."""
        if not self._call.outgoing.takes_requests:
            return {}
        return client_capabilities.usable(self._asked.capabilities, self._revision)

    @property
    def remembered(self) -> Any:
        """Return what this very call remembered: it has one round."""
        return self._remembered

    def remember(self, value: Any) -> None:
        """Keep a value for the rest of the call.

        Raises:
            TypeError: it is not JSON.
        """
        self._remembered = strict_json.loads(strict_json.dumps(value))

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        """Ask one thing after the other: forms do not cover each other.

        Raises:
            InputRefused: the client did not declare it, answered with an error or not in time, or leaves too much unanswered.
        """
        capabilities = self.capabilities
        for request in requests.values():
            if not asking.declares(capabilities, request.needs):
                raise InputRefused(f"This client does not offer what is needed: {', '.join(sorted(request.needs))}.")
        with _place(self._call.principal.session_id):
            return {key: await self._ask_one(request) for key, request in requests.items()}

    async def _ask_one(self, request: InputRequest) -> Mapping[str, Any]:
        params = self._params(request)
        try:
            result = await self._call.outgoing.request(request.method, params, timeout_seconds=ANSWER_TIMEOUT_SECONDS)
        except ClientError as error:
            if error.code is None:
                raise InputRefused("No answer came in time.") from None
            raise InputRefused(f"The client refused to ask (error {error.code}).") from None
        if request.method == "elicitation/create" and "content" in result:
            result = {**result, "content": elicitation.content_from(result["content"], request.params, self._revision)}
        return result

    def _params(self, request: InputRequest) -> dict[str, Any]:
        match request.method:
            case "elicitation/create":
                return elicitation.params_for(request.params, self._revision, str(uuid.uuid4()))
            case "sampling/createMessage":
                return sampling.params_for(request.params, self._revision)
        return dict(request.params)


@contextmanager
def _place(session_id: str) -> Iterator[None]:
    if _waiting[session_id] >= MAX_WAITING:
        raise InputRefused("Too many questions wait for an answer. Answer those first.")
    _waiting[session_id] += 1
    try:
        yield
    finally:
        _waiting[session_id] -= 1
        if not _waiting[session_id]:
            del _waiting[session_id]
