"""What a tool may ask of the client that called it: the person (a form, a page), its model, its roots.

Written once: as a request on the call's stream where the era has those, as an ``input_required`` round trip where not.
"""

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar, Unpack
from urllib.parse import urlsplit

from pydantic import BaseModel

from tools import forms, sampling
from tools.forms import Form
from tools.link import AnswerMalformed, InputRequest
from tools.sampling import Messages, Options, Sampled
from wire import strict_json

__all__ = ["Answer", "Form", "Question", "Root", "declares", "form", "key_of", "needs", "page", "roots", "sample"]

Action = Literal["accept", "decline", "cancel"]
ValueT = TypeVar("ValueT")
AnswerT_co = TypeVar("AnswerT_co", covariant=True)
FormT = TypeVar("FormT", bound=BaseModel)

Capabilities = Mapping[str, Mapping[str, Any]]
FORM: Capabilities = {"elicitation": {"form": {}}}
URL: Capabilities = {"elicitation": {"url": {}}}
SAMPLING: Capabilities = {"sampling": {}}
SAMPLING_WITH_TOOLS: Capabilities = {"sampling": {"tools": {}}}
ROOTS: Capabilities = {"roots": {}}


@dataclass(frozen=True, slots=True)
class Answer(Generic[ValueT]):
    """What the person did (MCP client/elicitation, Response Actions): ``value`` is there exactly when they accepted a form."""

    action: Action
    value: ValueT | None = None

    @property
    def accepted(self) -> bool:
        """Return whether the person said yes; declining and closing the window are both no."""
        return self.action == "accept"


@dataclass(frozen=True, slots=True)
class Root:
    """A place that the client works in, as it says itself: no right follows from it."""

    uri: str
    name: str | None = None


class Question(Protocol[AnswerT_co]):
    """Something to ask; made by ``form``, ``page``, ``sample`` and ``roots``, answered by ``context.ask_all``."""

    def request(self) -> InputRequest:
        """Return what goes to the client."""

    def read(self, result: Mapping[str, Any]) -> AnswerT_co:
        """Return the client's result as the author sees it.

        Raises:
            AnswerUnfit, AnswerMalformed: it will not do.
        """


@dataclass(frozen=True, slots=True)
class _FormQuestion(Generic[ValueT]):
    message: str
    compiled: forms.Compiled[ValueT]

    def request(self) -> InputRequest:
        params = {"message": self.message, "requestedSchema": self.compiled.schema}
        return InputRequest("elicitation/create", params, FORM, self.read)

    def read(self, result: Mapping[str, Any]) -> Answer[ValueT]:
        action = _action(result)
        return Answer(action, self.compiled.read(result.get("content"))) if action == "accept" else Answer(action)


@dataclass(frozen=True, slots=True)
class _PageQuestion:
    message: str
    url: str

    def request(self) -> InputRequest:
        params = {"mode": "url", "message": self.message, "url": self.url}
        return InputRequest("elicitation/create", params, URL, self.read)

    def read(self, result: Mapping[str, Any]) -> Answer[None]:
        return Answer(_action(result))


@dataclass(frozen=True, slots=True)
class _SamplingQuestion:
    params: Mapping[str, Any]

    def request(self) -> InputRequest:
        needs = SAMPLING_WITH_TOOLS if "tools" in self.params else SAMPLING
        return InputRequest("sampling/createMessage", self.params, needs, self.read)

    def read(self, result: Mapping[str, Any]) -> Sampled:
        return sampling.read(result)


@dataclass(frozen=True, slots=True)
class _RootsQuestion:
    def request(self) -> InputRequest:
        return InputRequest("roots/list", {}, ROOTS, self.read)

    def read(self, result: Mapping[str, Any]) -> tuple[Root, ...]:
        listed = result.get("roots")
        if not isinstance(listed, list) or not all(isinstance(each, dict) and _is_root(each) for each in listed):
            raise AnswerMalformed("The client's list of roots is none.")
        return tuple(Root(each["uri"], each.get("name")) for each in listed)


_BY_NAME = {
    "elicitation": FORM,
    "elicitation.url": URL,
    "sampling": SAMPLING,
    "sampling.tools": SAMPLING_WITH_TOOLS,
    "roots": ROOTS,
}


def needs(names: AbstractSet[str]) -> Capabilities:
    """Return the capabilities object for names such as ``sampling`` and ``elicitation.url``.

    Raises:
        KeyError: there is no such name.
    """
    made: dict[str, Mapping[str, Any]] = {}
    for name in sorted(names):
        for capability, members in _BY_NAME[name].items():
            made[capability] = {**made.get(capability, {}), **members}
    return made


def form(message: str, fields: type[FormT] | Mapping[str, Any]) -> Question[Answer[Any]]:
    """Return a form for the person. ``fields`` is a flat pydantic model, or a JSON schema as the wire has it.

    Raises:
        FormDeclarationError: see ``forms.compiled``; above all for a form that asks for a secret.
    """
    return _FormQuestion(message, forms.compiled(fields))


def page(message: str, url: str) -> Question[Answer[None]]:
    """Return the wish that the person opens a page. "accept" says that they agreed to, not that they are done there.

    Put nothing personal into ``url`` and let it open nothing by itself: the page asks who is there (MCP 2025-11-25
    client/elicitation, Safe URL Handling). A handle in it is unguessable, and kept by ``context.remember``.

    Raises:
        ValueError: ``url`` is not https (http for loopback), or carries a name and password.
    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))
    if not is_safe or not parts.hostname or "@" in parts.netloc or not url.isprintable() or " " in url:
        raise ValueError("a page to open has an https URL without a name or password")
    return _PageQuestion(message, url)


def sample(messages: Messages, max_tokens: int, **options: Unpack[Options]) -> Question[Sampled]:
    """Return a question for the client's model; see ``sampling.params``."""
    return _SamplingQuestion(sampling.params(messages, max_tokens, **options))


def roots() -> Question[Sequence[Root]]:
    """Return the question where the client works."""
    return _RootsQuestion()


def declares(capabilities: Mapping[str, Any], needs: Mapping[str, Any]) -> bool:
    """Return whether a capabilities object has all that another one names.

    ``elicitation: {}`` means forms alone (MCP 2025-11-25 client/elicitation, Capabilities).
    """
    for name, members in needs.items():
        declared = capabilities.get(name)
        if not isinstance(declared, dict):
            return False
        if name == "elicitation" and not ("form" in declared or "url" in declared):
            declared = {"form": {}, **declared}
        if any(not isinstance(declared.get(member), dict) for member in members):
            return False
    return True


def key_of(request: InputRequest, number: int) -> str:
    """Return a key that an answer is known by in the next round, made from the order of asking and from the question.

    With the question in it an answer never counts for another one: whoever said yes to "Delete a?" did not say yes to
    "Delete b?", though both were the first question of their round.
    """
    digest = hashlib.sha256(strict_json.dumps([request.method, request.params])).hexdigest()
    return f"{request.method.partition('/')[0]}-{number}-{digest[:16]}"


def _action(result: Mapping[str, Any]) -> Action:
    match result.get("action"):
        case "accept" | "decline" | "cancel" as action:
            return action  # type: ignore[no-any-return]  # the pattern has said which
    raise AnswerMalformed("The client's answer says neither accept, decline nor cancel.")


def _is_root(each: Mapping[str, Any]) -> bool:
    return isinstance(each.get("uri"), str) and isinstance(each.get("name"), str | None)
