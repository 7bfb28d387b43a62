"""Whether a message that the server sent is one of its revision: the official schema, and what that cannot say."""

from typing import Any

import jsonschema  # type: ignore[import-untyped]

from tests.support import schemas

MODERN = "2026-07-28"
HTTP_SSE = "2024-11-05"
REVISIONS = (MODERN, "2025-11-25", "2025-06-18", "2025-03-26", HTTP_SSE)

# Method to the definition of its result. A method that is not here has an extension's result, or none of its own.
RESULTS = {
    "initialize": "InitializeResult",
    "server/discover": "DiscoverResult",
    "ping": "EmptyResult",
    "logging/setLevel": "EmptyResult",
    "resources/subscribe": "EmptyResult",
    "resources/unsubscribe": "EmptyResult",
    "subscriptions/listen": "SubscriptionsListenResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
}
MAY_ASK = ("tools/call", "prompts/get", "resources/read")
# Of the extension io.modelcontextprotocol/tasks, which has no official schema.
OF_EXTENSIONS = ("notifications/tasks",)


def faults(message: Any, revision: str, method: str | None = None) -> list[str]:
    """Return what is wrong with a message; ``method`` is that of the request which it answers, None when nobody knows."""
    try:
        _check(message, revision, method)
    except jsonschema.ValidationError as error:
        return [f"{revision} {method or ''}: {error.message[:500]} at {error.json_path} in {str(message)[:1000]}"]
    except _Wrong as error:
        return [f"{revision} {method or ''}: {error} in {str(message)[:1000]}"]
    return []


class _Wrong(Exception):
    """A rule that the schema does not hold."""


def _check(message: Any, revision: str, method: str | None) -> None:
    match message:
        case list():
            if revision != "2025-03-26":
                raise _Wrong("a batch")
            for each in message:
                _check(each, revision, None)
        case {"method": name, "id": _}:
            _check_called(message, revision, "ServerRequest", name)
        case {"method": name}:
            _check_called(message, revision, "ServerNotification", name)
        case {"error": _}:
            _check_error(message, revision)
        case {"result": result}:
            _check_result(message, result, revision, method)
        case _:
            raise _Wrong("no JSON-RPC message")


def _check_called(message: dict[str, Any], revision: str, union: str, name: str) -> None:
    definition = schemas.by_method(revision, union).get(name)
    if definition is not None:
        schemas.validate(message, revision, definition)
    elif revision == MODERN and union == "ServerNotification" and name in OF_EXTENSIONS:
        schemas.validate(message, revision, "JSONRPCNotification")
    else:
        raise _Wrong(f"the server sends no {name} in this revision")
    # What each definition says of its own, it says of the params alone in some revisions.
    schemas.validate(message, revision, "JSONRPCRequest" if "id" in message else "JSONRPCNotification")


def _check_error(message: dict[str, Any], revision: str) -> None:
    names = schemas.definitions(revision)
    if "JSONRPCErrorResponse" in names:
        schemas.validate(message, revision, "JSONRPCErrorResponse")
        return
    if message.get("id") is None:
        # JSON-RPC 2.0 §5: null where no id could be read. The schemas up to 2025-06-18 have no words for it.
        message = {**message, "id": 0}
    schemas.validate(message, revision, "JSONRPCError")


def _check_result(message: dict[str, Any], result: Any, revision: str, method: str | None) -> None:
    names = schemas.definitions(revision)
    response = "JSONRPCResultResponse" if "JSONRPCResultResponse" in names else "JSONRPCResponse"
    schemas.validate(message, revision, response)
    schemas.validate(result, revision, _definition(result, revision, method))
    if revision == MODERN:
        return
    if "resultType" in result:
        raise _Wrong("resultType does not exist before 2026-07-28")
    if RESULTS.get(method or "") == "EmptyResult" and result:
        raise _Wrong("the result must be exactly empty")


def _definition(result: dict[str, Any], revision: str, method: str | None) -> str:
    kind = result.get("resultType", "complete")
    if kind == "complete":
        return RESULTS.get(method or "", "Result")
    if kind == "input_required" and (method is None or method in MAY_ASK):
        return "InputRequiredResult"
    if kind == "task" and method in (None, "tools/call"):
        return "Result"
    raise _Wrong(f"a result of type {kind}")
