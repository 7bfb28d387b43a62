"""The stateless era: a question ends the call, which begins anew with the answers (MCP 2026-07-28 basic/patterns/mrtr).

Nothing is kept here. What must survive goes to the client, sealed and bound to the request (``links.state``), and only if
there is such a thing: a call that asked once needs no state.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from mcpserver.dispatch.call import Call
from mcpserver.links import state as states
from mcpserver.links.telling import Telling
from mcpserver.protocol import client_capabilities, input_required
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.errors import InvalidParams, ProtocolError
from mcpserver.protocol.input_required import State
from mcpserver.protocol.versions import Revision
from tools import asking
from tools.link import AnswerMalformed, AnswerUnfit, CallEnded, CapabilityMissing, InputRequest
from wire import strict_json


class RoundEnded(CallEnded):
    """The call has its answer for this round: an interim result as JSON, or an error."""

    outcome: ClassVar[str] = "input_required"

    def __init__(self, answer: bytes | ProtocolError) -> None:
        super().__init__()
        self.answer = answer


class ModernLink(Telling):
    """A Link of a client that says with each request what it can do, and brings answers along.

    ``method``, ``name`` and ``arguments`` are what a state is bound to.

    Raises:
        InvalidParams: the request brings a state that is not believed, whether the call would use it or not.
    """

    __slots__ = ("_answers", "_remembered", "_request")

    def __init__(
        self, asked: Asked, revision: Revision, call: Call, method: str, name: str, arguments: Mapping[str, Any]
    ) -> None:
        super().__init__(asked, revision, call)
        self._request = (method, name, arguments)
        # Answers that were good, of this round and of those before.
        self._answers: dict[str, Any] = {}
        self._remembered: Any = None
        if asked.request_state is not None:
            kept = states.unseal(asked.request_state, self._binding())
            self._answers, self._remembered = dict(kept.answers), kept.remembered

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """Return what this request declared."""
        return client_capabilities.usable(self._asked.capabilities, self._revision)

    @property
    def remembered(self) -> Any:
        """Return what was remembered in this round or an earlier one."""
        return self._remembered

    def remember(self, value: Any) -> None:
        """Keep a value for the next round.

        Raises:
            TypeError: it is not JSON.
        """
        self._remembered = strict_json.loads(strict_json.dumps(value))

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        """Return the answers if all have come; what came and does not fit is asked again, and nothing else is.

        Raises:
            CapabilityMissing: this request did not declare what one of them needs.
            RoundEnded: an answer is missing, or malformed.
        """
        self._check_declared(requests)
        open_requests: dict[str, Mapping[str, Any]] = {}
        for key, request in requests.items():
            answer = self._answers.get(key) or self._asked.input_responses.get(key)
            reason = "" if answer is None else _reason(request, answer)
            if answer is None or reason:
                open_requests[key] = _on_wire(request, reason)
            else:
                self._answers[key] = answer
        if open_requests:
            raise RoundEnded(self._interim_result(open_requests))
        return {key: self._answers[key] for key in requests}

    def _check_declared(self, requests: Mapping[str, InputRequest]) -> None:
        capabilities = self.capabilities
        missing: dict[str, Any] = {}
        for request in requests.values():
            if not asking.declares(capabilities, request.needs):
                for name, members in request.needs.items():
                    missing[name] = {**missing.get(name, {}), **members}
        if missing:
            raise CapabilityMissing(missing)

    def _interim_result(self, open_requests: Mapping[str, Mapping[str, Any]]) -> bytes | ProtocolError:
        kept = State(self._answers, self._remembered)
        try:
            sealed = states.seal(kept, self._binding()) if kept.is_needed else None
        except InvalidParams as error:
            return error
        return input_required.result(open_requests, sealed, self._revision, self._call.server)

    def _binding(self) -> input_required.Binding:
        method, name, arguments = self._request
        return states.binding(self._call.principal, method, name, arguments)


def _reason(request: InputRequest, answer: Mapping[str, Any]) -> str:
    """Return why an answer will not do, empty if it will.

    Raises:
        RoundEnded: it is no answer at all (basic/patterns/mrtr, Error Handling).
    """
    if request.check is None:
        return ""
    try:
        request.check(answer)
    except AnswerUnfit as error:
        return str(error)
    except AnswerMalformed as error:
        raise RoundEnded(InvalidParams(str(error))) from None
    return ""


def _on_wire(request: InputRequest, reason: str) -> dict[str, Any]:
    """Return an entry of ``inputRequests``. The person hears why a form comes again."""
    params = dict(request.params)
    if reason and "message" in params:
        params["message"] = f"{params['message']}\n\n{reason}"
    return {"method": request.method, "params": params} if params else {"method": request.method}
