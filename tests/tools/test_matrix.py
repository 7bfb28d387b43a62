"""Who may use what: person x team x client x tool x reading only x scope. Each row is a decision and its answer."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import pytest
from pydantic import BaseModel

from tools import permissions, policy, sets
from tools.context import ToolContext
from tools.policy import Policy, Rule, Subject, Switch
from tools.registry import Tool, tool
from tools.results import ToolResult, text


class Arguments(BaseModel):
    private: bool = False


def _step_up(arguments: Arguments) -> AbstractSet[str]:
    return {"repo"} if arguments.private else set()


async def read(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Read."""
    return text("")


async def write(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Write."""
    return text("")


READ = tool(title="Read", scopes={"read:user"}, read_only=True, step_up=_step_up, set=sets.ISSUES)(read)
WRITE = tool(title="Write", scopes={"repo"}, read_only=False, set=sets.ISSUES)(write)

ALICE = Subject(
    github_id=1,
    login="alice",
    organizations=frozenset({"acme"}),
    teams=frozenset({"acme/core"}),
    groups=frozenset({7}),
    client_id="client-1",
    scopes=frozenset({"read:user", "repo"}),
)
BOB = Subject(
    github_id=2,
    login="bob",
    organizations=frozenset({"acme"}),
    client_id="https://editor.example/client.json",
    scopes=frozenset({"read:user", "repo"}),
)
MALLORY = Subject(github_id=3, login="mallory", client_id="client-3", scopes=frozenset({"read:user", "repo"}))

EVERYONE, ACME, CORE = ("everyone", ""), ("organization", "acme"), ("team", "acme/core")
OPS, IS_ALICE, IS_BOB = ("group", 7), ("person", 1), ("person", 2)
CLIENT_1, EDITOR, EDITOR_ID = ("client", "client-1"), ("client", "editor.example"), ("client", BOB.client_id)

ON = {"read": Switch(True), "write": Switch(True)}


def allow(who: tuple[str, str | int], target: str) -> Rule:
    return Rule(target, True, *who, f"allow {who[1] or who[0]}: {target}")


def deny(who: tuple[str, str | int], target: str) -> Rule:
    return Rule(target, False, *who, f"deny {who[1] or who[0]}: {target}")


def decided(*rules: Rule, **options: Any) -> Policy:
    return Policy(**({"rules": rules, "switches": ON} | options))


def may(subject: Subject, policy: Policy, asked: Tool = READ, arguments: Mapping[str, Any] | None = None) -> str:
    return permissions.explain(asked, subject, policy, arguments).ground


@pytest.mark.parametrize(
    ("rules", "alice", "bob", "mallory"),
    [
        # Nobody wrote a rule.
        ((), True, True, True),
        # A deny is a no for whom it is about.
        ((deny(EVERYONE, "read"),), False, False, False),
        ((deny(EVERYONE, "set:issues"),), False, False, False),
        ((deny(EVERYONE, "*"),), False, False, False),
        ((deny(EVERYONE, "set:core"),), True, True, True),
        ((deny(EVERYONE, "write"),), True, True, True),
        ((deny(ACME, "read"),), False, False, True),
        ((deny(CORE, "read"),), False, True, True),
        ((deny(OPS, "read"),), False, True, True),
        ((deny(IS_BOB, "read"),), True, False, True),
        ((deny(CLIENT_1, "read"),), False, True, True),
        ((deny(EDITOR, "read"),), True, False, True),
        ((deny(EDITOR_ID, "read"),), True, False, True),
        # An allow makes a list.
        ((allow(EVERYONE, "read"),), True, True, True),
        ((allow(ACME, "read"),), True, True, False),
        ((allow(CORE, "read"),), True, False, False),
        ((allow(OPS, "read"),), True, False, False),
        ((allow(IS_BOB, "read"),), False, True, False),
        ((allow(CORE, "read"), allow(IS_BOB, "read")), True, True, False),
        ((allow(CORE, "write"),), True, True, True),
        # The narrowest list counts, also where it is longer.
        ((allow(ACME, "*"), allow(CORE, "read")), True, False, False),
        ((allow(CORE, "*"), allow(EVERYONE, "read")), True, True, True),
        ((allow(CORE, "set:issues"), allow(IS_BOB, "*")), True, False, False),
        # A deny is stronger than any allow, however wide the one and narrow the other.
        ((deny(ACME, "*"), allow(IS_ALICE, "read")), False, False, False),
        ((deny(IS_ALICE, "*"), allow(ACME, "read")), False, True, False),
        ((deny(EVERYONE, "set:issues"), allow(EVERYONE, "read")), False, False, False),
        # People and programs have lists of their own, and both must say yes.
        ((allow(CLIENT_1, "read"),), True, False, False),
        ((allow(EDITOR, "read"),), False, True, False),
        ((allow(CLIENT_1, "read"), allow(IS_BOB, "read")), False, False, False),
        ((allow(CLIENT_1, "read"), allow(ACME, "read")), True, False, False),
        ((allow(CLIENT_1, "read"), allow(EDITOR, "read"), allow(ACME, "*")), True, True, False),
        ((deny(CLIENT_1, "*"), allow(IS_ALICE, "read")), False, False, False),
    ],
)
def test_rules_of_people_teams_groups_and_programs(rules: tuple[Rule, ...], alice: bool, bob: bool, mallory: bool) -> None:
    answers = [may(subject, decided(*rules)) for subject in (ALICE, BOB, MALLORY)]
    assert answers == ["allowed" if each else "rule" for each in (alice, bob, mallory)]


@pytest.mark.parametrize(
    ("asked", "options", "ground"),
    [
        (READ, {}, "allowed"),
        (WRITE, {}, "allowed"),
        # Only reading beats every rule and switch, for what writes.
        (READ, {"read_only": True}, "allowed"),
        (WRITE, {"read_only": True}, "read_only"),
        (WRITE, {"read_only": True, "rules": (allow(IS_ALICE, "write"),)}, "read_only"),
        (READ, {"read_only_clients": frozenset({"client-1"})}, "allowed"),
        (WRITE, {"read_only_clients": frozenset({"client-1"})}, "read_only"),
        (WRITE, {"read_only_clients": frozenset({"client-2", "editor.example"})}, "allowed"),
        (WRITE, {"read_only": True, "switches": {"write": Switch(False)}}, "read_only"),
        # A switch beats every rule; the narrowest counts.
        (READ, {"switches": {"read": Switch(False)}, "rules": (allow(IS_ALICE, "read"),)}, "switched_off"),
        (READ, {"switches": {"set:issues": Switch(False)}}, "switched_off"),
        (READ, {"switches": {"*": Switch(False)}}, "switched_off"),
        (READ, {"switches": {"*": Switch(False), "set:issues": Switch(True)}}, "allowed"),
        (READ, {"switches": {"set:issues": Switch(True), "read": Switch(False)}}, "switched_off"),
        (READ, {"switches": {"set:issues": Switch(False), "read": Switch(True)}}, "allowed"),
        # At first a set is on as the settings say, and what writes by its own name alone.
        (READ, {"switches": {}}, "switched_off"),
        (READ, {"switches": {}, "on_at_first": frozenset({"set:issues"})}, "allowed"),
        (WRITE, {"switches": {}, "on_at_first": frozenset({"set:issues"})}, "switched_off"),
        (WRITE, {"switches": {}, "on_at_first": frozenset({"write"})}, "allowed"),
        (WRITE, {"switches": {"set:issues": Switch(True)}}, "switched_off"),
        (WRITE, {"switches": {"*": Switch(True)}}, "switched_off"),
        (WRITE, {"switches": {"set:issues": Switch(False), "write": Switch(True)}}, "allowed"),
        (WRITE, {"switches": {"set:issues": Switch(False)}, "on_at_first": frozenset({"write"})}, "switched_off"),
    ],
)
def test_reading_only_and_switches(asked: Tool, options: dict[str, Any], ground: str) -> None:
    assert may(ALICE, decided(**options), asked) == ground


@pytest.mark.parametrize(
    ("asked", "arguments", "scopes", "options", "ground", "missing"),
    [
        (READ, {}, {"read:user"}, {}, "allowed", set()),
        (READ, {"private": True}, {"read:user"}, {}, "scopes", {"repo"}),
        (READ, {"private": True}, {"read:user", "repo"}, {}, "allowed", set()),
        (WRITE, {}, {"read:user"}, {}, "scopes", {"repo"}),
        # Nobody is asked for a permission that would be of no use.
        (WRITE, {}, {"read:user"}, {"read_only": True}, "read_only", set()),
        (WRITE, {}, {"read:user"}, {"rules": (deny(ACME, "write"),)}, "rule", set()),
        (READ, {"private": True}, {"read:user"}, {"switches": {"read": Switch(False)}}, "switched_off", set()),
    ],
)
def test_scopes_come_last(
    asked: Tool, arguments: dict[str, Any], scopes: set[str], options: dict[str, Any], ground: str, missing: set[str]
) -> None:
    subject = Subject(github_id=1, login="alice", organizations=frozenset({"acme"}), scopes=frozenset(scopes))
    verdict = permissions.explain(asked, subject, decided(**options), arguments)
    assert verdict.ground == ground
    assert verdict.missing == missing


def test_the_caller_hears_no_name_of_anybody_else_and_the_operator_hears_the_rule() -> None:
    """Whom the operator allows is nobody else's business."""
    verdict = permissions.explain(READ, MALLORY, decided(allow(CORE, "read"), allow(IS_BOB, "read")))
    assert verdict.reason == "read may not be used by mallory on this server. The server's operator can change that."
    assert verdict.source == "not on the list: allow acme/core: read, allow 2: read"


def test_the_message_of_a_switch_reaches_the_caller() -> None:
    verdict = permissions.explain(READ, ALICE, decided(switches={"set:issues": Switch(False, "Back on Monday.")}))
    assert (verdict.reason, verdict.source) == ("read is switched off. Back on Monday.", "switch set:issues")


@pytest.mark.parametrize(
    ("who", "name", "key"),
    [
        ("organization", "Acme", "acme"),
        ("team", "Acme/Core", "acme/core"),
        ("client", "Editor.Example", "editor.example"),
        ("client", "AbC123", "AbC123"),
        ("client", "https://Editor.example/Client.json", "https://Editor.example/Client.json"),
    ],
)
def test_names_are_compared_as_their_owners_compare_them(who: str, name: str, key: str) -> None:
    assert policy.normal_key(who, name) == key


@pytest.mark.parametrize(
    "client_id",
    ["https://editor.example.evil.test/c", "https://evil.test/editor.example", "http://editor.example/c", "x-editor.example"],
)
def test_only_the_host_of_a_document_stands_for_a_program(client_id: str) -> None:
    """A registered client chooses no id, and a plain name is no address: neither may pass for another's."""
    subject = Subject(github_id=1, login="alice", client_id=client_id)
    assert "editor.example" not in subject.client_names
