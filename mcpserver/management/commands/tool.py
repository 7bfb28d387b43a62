"""``manage.py tool``: look at tools, call one as somebody who has signed in, ask why, begin a new one."""

import json
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mcpserver import new_tool, trying
from mcpserver.dispatch import rights
from oauth_bridge.principals import Principal
from tools import arguments as arguments_module
from tools import drift, github, records
from tools.catalog import CATALOG
from tools.registry import Tool
from tools.results import ToolResult
from tools.runner import ToolFault


class Command(BaseCommand):
    """For operators and for those who write tools."""

    help = "List and show tools, call one as somebody who has signed in, say why they may or may not, begin a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("list", help="all tools, in the order of clients")
        show = commands.add_parser("show", help="what clients see of one")
        call = commands.add_parser("call", help="call one, with its arguments as JSON")
        why = commands.add_parser("why", help="whether somebody may call one, and why")
        new = commands.add_parser("new", help="write a module and its test to begin with")
        for each in (show, call, why, new):
            each.add_argument("name")
        for each in (call, why):
            each.add_argument("arguments", nargs="?", default="{}", help="a JSON object")
            each.add_argument("--as", dest="login", required=True, help="GitHub login of somebody who has a session here")

    def handle(self, *, command: str, **options: Any) -> None:
        """Run one of them."""
        match command:
            case "list":
                self._list()
            case "show":
                tool = self._tool(options["name"])
                self._print({"definition": tool.definition, "set": tool.set, "sha256": drift.sha256(tool.definition)})
            case "why":
                self._why(self._tool(options["name"]), _arguments(options["arguments"]), _principal(options["login"]))
            case "call":
                self._call(self._tool(options["name"]), _arguments(options["arguments"]), _principal(options["login"]))
            case "new":
                self._new(options["name"])

    def _list(self) -> None:
        for tool in CATALOG:
            self.stdout.write(f"{tool.name:28} {tool.set:16} {'writes' if tool.writes else 'reads':8} {tool.title}")

    def _why(self, tool: Tool, arguments: dict[str, object], principal: Principal) -> None:
        trying.why(tool, principal)  # reads what is decided now
        verdict = rights.explain(tool, principal, arguments)
        self.stdout.write(f"{'yes' if verdict.allowed else 'no'}: {verdict.reason}\nbecause: {verdict.source}")
        if verdict.allowed and tool.step_up is not None and not _are_valid(tool, arguments):
            self.stdout.write("open: some arguments need more permissions; give them as JSON to have them judged")

    def _call(self, tool: Tool, arguments: dict[str, object], principal: Principal) -> None:
        trying.why(tool, principal)  # reads what is decided now
        try:
            with records.writing():
                result = async_to_sync(_called)(tool, arguments, principal)
        except ToolFault as error:
            raise CommandError(str(error)) from None
        self._print({"content": result.content, "structuredContent": result.structured, "isError": result.is_error})

    def _new(self, name: str) -> None:
        try:
            written = new_tool.write(name, Path(settings.BASE_DIR))
        except new_tool.CannotWrite as error:
            raise CommandError(str(error)) from None
        for path in written:
            self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")
        self.stdout.write(f'Now name "tools.catalog.{name}" in TOOL_MODULES (mcpserver/settings.py).')

    def _print(self, value: object) -> None:
        self.stdout.write(json.dumps(value, indent=2, ensure_ascii=False))

    @staticmethod
    def _tool(name: str) -> Tool:
        tool = CATALOG.get(name)
        if tool is None:
            raise CommandError(f"There is no tool {name}. `manage.py tool list` names them.")
        return tool


def _are_valid(tool: Tool, arguments: dict[str, object]) -> bool:
    try:
        arguments_module.parse(tool, arguments)
    except arguments_module.InvalidArguments:
        return False
    return True


async def _called(tool: Tool, arguments: dict[str, object], principal: Principal) -> ToolResult:
    try:
        return await trying.call(tool, arguments, principal, f"command-{uuid.uuid4().hex[:12]}")
    finally:
        await github.close()


def _principal(login: str) -> Principal:
    try:
        return trying.principal_of(login)
    except trying.NotSignedIn as error:
        raise CommandError(str(error)) from None


def _arguments(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise CommandError(f"The arguments are not JSON: {error}") from None
    if not isinstance(found, dict):
        raise CommandError('The arguments must be a JSON object, such as {"a": 1}.')
    return found
