"""The page on which an operator calls a tool: as themselves, in a session of their own, and as nobody else."""

import json
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mcpserver import trying
from mcpserver.dashboard import permissions_arguments, roles
from mcpserver.dashboard.permissions_arguments import Field
from oauth_bridge import verification
from oauth_bridge.admin import parts
from oauth_bridge.models import Person, Session
from oauth_bridge.principals import Principal
from tools import github
from tools.catalog import CATALOG
from tools.link import CallEnded, InputRefused
from tools.registry import Tool
from tools.results import ToolResult
from tools.runner import ToolFault
from wire import request_id

_SESSIONS = 50


class CannotCall(Exception):
    """The call was not made, or did not come to a result. The message is for the operator."""


@require_http_methods(["GET", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """Show a tool's form, or call it and show what came of it."""
    roles.require(request, "view" if request.method == "GET" else "operate")
    asked = request.POST if request.method == "POST" else request.GET
    tool = CATALOG.get(asked.get("tool", ""))
    sessions = _own_sessions(request)
    session = next((each for each in sessions if str(each.pk) == asked.get("session")), sessions[0] if sessions else None)
    fields = permissions_arguments.fields(tool.definition["inputSchema"], request.POST.dict()) if tool else []
    outcome: dict[str, Any] = {}
    if request.method == "POST":
        try:
            outcome = {"result": _result(_call(request, tool, session, fields)), "reference": request_id.current.get()}
        except CannotCall as error:
            outcome = {"problem": str(error)}
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Call a tool as yourself",
        "tools": list(CATALOG),
        "tool": tool,
        "paragraphs": tool.description.split("\n\n") if tool else [],
        "fields": fields,
        "schema": json.dumps(tool.definition["inputSchema"], indent=2, ensure_ascii=False) if tool else "",
        "sessions": sessions,
        "session": session,
        "is_of_github": isinstance(request.user, Person) and request.user.github_id is not None,
        "may_operate": roles.may(request, "operate"),
        "verdict": trying.why(tool, verification.principal_of_session(session)) if tool and session and not outcome else None,
        **outcome,
    }
    return render(request, "admin/tools_try.html", context)


def _own_sessions(request: HttpRequest) -> list[Session]:
    """Return the sessions of whoever asks: by their account, not by a name that somebody else may have had."""
    own = trying.lasting_sessions().filter(person=parts.operator_of(request), person__github_id__isnull=False)
    return list(own.select_related("person", "client")[:_SESSIONS])


def _call(request: HttpRequest, tool: Tool | None, session: Session | None, fields: list[Field]) -> ToolResult:
    """Return what the call gives; it is judged and recorded as every other.

    Raises:
        CannotCall: see the message.
    """
    if tool is None:
        raise CannotCall("There is no such tool. Choose one from the list.")
    if session is None or request.POST.get("session", "") != str(session.pk):
        raise CannotCall("The session that this was to run in is not yours, or has ended. Nothing was called: look again.")
    if any(each.error for each in fields):
        raise CannotCall("An argument cannot be read. Nothing was called.")
    if tool.writes and request.POST.get("confirm") != "yes":
        raise CannotCall(f"{tool.name} changes things: tick that you mean it. Nothing was called.")
    principal = verification.principal_of_session(session)
    trying.why(tool, principal)  # reads what is decided now
    try:
        return async_to_sync(_called)(tool, permissions_arguments.read(fields), principal)
    except ToolFault as error:
        raise CannotCall(f"{tool.name} failed by a fault of its own: {error}. The log has the details.") from None
    except InputRefused as error:
        raise CannotCall(f"{tool.name} asks its caller, which works through a client only. {error}") from None


async def _called(tool: Tool, arguments: dict[str, object], principal: Principal) -> ToolResult:
    try:
        return await trying.call(tool, arguments, principal, request_id.current.get())
    except CallEnded:
        # No error to Python: it must not end the thread.
        raise CannotCall(f"{tool.name} goes on in another round, which works through a client only.") from None
    finally:
        # This call has an event loop of its own.
        await github.close()


def _result(result: ToolResult) -> dict[str, Any]:
    """Return a result as the page shows it: its texts, and what is no text by its kind."""
    structured = "" if result.structured is None else json.dumps(result.structured, indent=2, ensure_ascii=False)
    shown = [_shown(block) for block in result.content]
    # The text is often the same JSON, for clients that read nothing else.
    texts = [text for text in shown if not structured or not _is_same(text, result.structured)]
    return {"is_error": result.is_error, "texts": texts, "structured": structured}


def _shown(block: dict[str, Any]) -> str:
    if block.get("type") == "text":
        return str(block["text"])
    return f"({block.get('type', 'something')}: {block.get('mimeType') or block.get('uri') or 'not shown here'})"


def _is_same(text: str, structured: object) -> bool:
    try:
        return bool(json.loads(text) == structured)
    except ValueError:
        return False
