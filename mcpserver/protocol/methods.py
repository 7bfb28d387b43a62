"""The methods that are served: one row each. A method that is not here does not exist."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from mcpserver.protocol import (
    asked,
    completion,
    lifecycle,
    logging,
    pages,
    prompts,
    resources,
    subscriptions,
    tasks,
    tools,
    versions,
)
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Request
from mcpserver.protocol.pages import Kind
from mcpserver.protocol.server import Features, Server
from mcpserver.protocol.steps import (
    Answer,
    CallTool,
    Complete,
    GetPrompt,
    Initialize,
    ListPage,
    ReadResource,
    SetLogLevel,
    Single,
)
from mcpserver.protocol.subscriptions import Listen, Subscribe
from mcpserver.protocol.tasks import CancelTask, GetTask, UpdateTask
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Era, Revision
from wire import values


@values.value
class Planning:
    """A request, and all that its step may depend on. ``session`` is the handshake era's, where the request names one."""

    request: Request
    revision: Revision
    headers: Headers
    server: Server
    session: TransportSession | None

    @property
    def asked(self) -> Asked:
        """Return what the request says about its client."""
        return asked.read(self.request, self.revision, self.session)


@dataclass(frozen=True, slots=True)
class Method:
    """A method that is served: in which eras, how it is planned, and which member of its params ``Mcp-Name`` repeats.

    ``offered`` says whether the server has the feature that the method belongs to.
    """

    eras: frozenset[Era]
    plan: Callable[[Planning], Single]
    name_parameter: str | None = None
    offered: Callable[[Features], bool] = lambda _features: True


def _initialize(planning: Planning) -> Single:
    requested, capabilities, client_info = lifecycle.parse_initialize(planning.request.params)
    revision = versions.negotiate(requested, planning.server.served)
    result = lifecycle.initialize_result(revision, planning.server)
    return Initialize(planning.request.id, revision, result, capabilities, client_info)


def _ping(planning: Planning) -> Single:
    return Answer(planning.request.id, lifecycle.ping_result(planning.revision, planning.server))


def _discover(planning: Planning) -> Single:
    return Answer(planning.request.id, lifecycle.discover_result(planning.revision, planning.server))


def _list(kind: Kind) -> Callable[[Planning], Single]:
    def plan(planning: Planning) -> Single:
        return ListPage(planning.request.id, planning.revision, kind, pages.parse_cursor(planning.request.params))

    return plan


def _call_tool(planning: Planning) -> Single:
    name, arguments = tools.parse_call(planning.request.params)
    headers = planning.headers if planning.revision.era is Era.MODERN else None
    return CallTool(planning.request.id, planning.revision, name, arguments, headers, planning.asked)


def _read_resource(planning: Planning) -> Single:
    uri = resources.parse_uri(planning.request.params)
    return ReadResource(planning.request.id, planning.revision, uri, planning.asked)


def _get_prompt(planning: Planning) -> Single:
    name, arguments = prompts.parse_get(planning.request.params)
    return GetPrompt(planning.request.id, planning.revision, name, arguments, planning.asked)


def _complete(planning: Planning) -> Single:
    question = completion.parse_question(planning.request.params)
    return Complete(planning.request.id, planning.revision, question, planning.asked)


def _listen(planning: Planning) -> Single:
    wanted = subscriptions.parse_filter(planning.request.params, planning.server.features)
    return Listen(planning.request.id, planning.revision, wanted, planning.asked)


def _subscribe(*, is_wanted: bool) -> Callable[[Planning], Single]:
    def plan(planning: Planning) -> Single:
        uri = subscriptions.parse_uri(planning.request.params)
        return Subscribe(planning.request.id, planning.revision, uri, is_wanted)

    return plan


def _get_task(planning: Planning) -> Single:
    tasks.check_declared(planning.asked)
    return GetTask(planning.request.id, planning.revision, tasks.parse_task_id(planning.request.params))


def _update_task(planning: Planning) -> Single:
    tasks.check_declared(planning.asked)
    task_id = tasks.parse_task_id(planning.request.params)
    responses = tasks.parse_input_responses(planning.request.params)
    return UpdateTask(planning.request.id, planning.revision, task_id, responses)


def _cancel_task(planning: Planning) -> Single:
    tasks.check_declared(planning.asked)
    return CancelTask(planning.request.id, planning.revision, tasks.parse_task_id(planning.request.params))


def _has_tasks(features: Features) -> bool:
    return tasks.EXTENSION in features.extensions


def _set_log_level(planning: Planning) -> Single:
    return SetLogLevel(planning.request.id, planning.revision, logging.parse_set_level(planning.request.params))


_HANDSHAKE = frozenset({Era.HANDSHAKE})
_MODERN = frozenset({Era.MODERN})
_BOTH = _HANDSHAKE | _MODERN

METHODS = {
    "initialize": Method(_HANDSHAKE, _initialize),
    "ping": Method(_HANDSHAKE, _ping),
    "server/discover": Method(_MODERN, _discover),
    "tools/list": Method(_BOTH, _list(tools.TOOLS), offered=attrgetter("tools")),
    "tools/call": Method(_BOTH, _call_tool, name_parameter="name", offered=attrgetter("tools")),
    "resources/list": Method(_BOTH, _list(resources.RESOURCES), offered=attrgetter("resources")),
    "resources/templates/list": Method(_BOTH, _list(resources.TEMPLATES), offered=attrgetter("resources")),
    "resources/read": Method(_BOTH, _read_resource, name_parameter="uri", offered=attrgetter("resources")),
    "resources/subscribe": Method(_HANDSHAKE, _subscribe(is_wanted=True), offered=attrgetter("subscriptions")),
    "resources/unsubscribe": Method(_HANDSHAKE, _subscribe(is_wanted=False), offered=attrgetter("subscriptions")),
    "subscriptions/listen": Method(_MODERN, _listen),
    "prompts/list": Method(_BOTH, _list(prompts.PROMPTS), offered=attrgetter("prompts")),
    "prompts/get": Method(_BOTH, _get_prompt, name_parameter="name", offered=attrgetter("prompts")),
    "completion/complete": Method(_BOTH, _complete, offered=attrgetter("completions")),
    "logging/setLevel": Method(_HANDSHAKE, _set_log_level),
    "tasks/get": Method(_MODERN, _get_task, name_parameter="taskId", offered=_has_tasks),
    "tasks/update": Method(_MODERN, _update_task, name_parameter="taskId", offered=_has_tasks),
    "tasks/cancel": Method(_MODERN, _cancel_task, name_parameter="taskId", offered=_has_tasks),
}
