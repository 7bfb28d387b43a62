"""Who may use what. One function answers, in words; lists, calls, pages and commands all ask it.

In this order, and the first no counts:

1. Where only reading is allowed, for the site or for a program, nothing that writes may be used.
2. What is switched off may not be used. The narrowest switch counts: of the tool, of its set, of all.
3. Rules. A deny that matches is a no, however wide it is. An allow makes a list: who is on it may, everybody else may not. The
   narrowest list counts: of the tool, of its set, of all. People and programs have lists of their own, and both must say yes.
4. The scopes of the session, those of the arguments included.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Literal

from pydantic import BaseModel

from tools import arguments as arguments_module
from tools.policy import Governed, Policy, Subject
from tools.registry import Tool
from wire import values

# The outcome of a call that is not permitted, in the record of calls.
REFUSED = "refused"

Ground = Literal["allowed", "read_only", "switched_off", "rule", "scopes"]


@values.value
class Verdict:
    """Yes or no. ``reason`` is for the caller, and names nobody else; ``source`` is the rule or switch, for the operator.

    ``missing`` are the scopes that would turn the no into a yes, where nothing else stands against it.
    """

    ground: Ground
    reason: str
    source: str = ""
    missing: frozenset[str] = frozenset()

    @property
    def allowed(self) -> bool:
        """Return whether it is a yes."""
        return self.ground == "allowed"


def explain(tool: Tool, subject: Subject, policy: Policy, arguments: Mapping[str, Any] | None = None) -> Verdict:
    """Return whether the subject may use the tool, with these arguments if there are any, and why."""
    refused = refusal(tool, subject, policy)
    if refused is not None:
        return refused
    missing = missing_scopes(tool, arguments or {}, subject.scopes)
    if missing:
        return Verdict("scopes", f"{tool.name} needs the permission {' '.join(sorted(missing))}.", "scopes", missing)
    return Verdict("allowed", f"{subject.login} may use {tool.name}.", _why_allowed(tool, subject, policy))


def refusal(thing: Governed, subject: Subject, policy: Policy) -> Verdict | None:
    """Return the operator's no to this, whatever scopes there are; None if there is none."""
    if thing.writes and policy.read_only:
        reason = f"{thing.name} changes things, and this server only reads at present. Its operator can change that."
        return Verdict("read_only", reason, "only reading, for the site")
    if thing.writes and not policy.read_only_clients.isdisjoint(subject.client_names):
        reason = f"{thing.name} changes things, and this program may only read here. The server's operator can change that."
        return Verdict("read_only", reason, f"only reading, for {subject.client_id}")
    switch, target = policy.switch(thing)
    if not switch.is_on:
        reason = f"{thing.name} is switched off. {switch.message or _ASK}"
        return Verdict("switched_off", reason, f"switch {target}" if target else "off at first")
    return _by_rules(thing, subject, policy)


_ASK = "The server's operator can change that."


def _by_rules(thing: Governed, subject: Subject, policy: Policy) -> Verdict | None:
    by_width = policy.rules_about(thing)
    if not by_width:
        return None
    for rules in by_width:
        for rule in rules:
            if not rule.is_allow and rule.matches(subject):
                return _no(thing, subject, about_clients=rule.is_about_clients, source=rule.words)
    for about_clients in (False, True):
        listed = _list(by_width, about_clients=about_clients)
        if listed and not any(rule.matches(subject) for rule in listed):
            source = f"not on the list: {', '.join(rule.words for rule in listed)}"
            return _no(thing, subject, about_clients=about_clients, source=source)
    return None


def _list(by_width: tuple[tuple[Any, ...], ...], *, about_clients: bool) -> list[Any]:
    """Return the narrowest list of allows about people, or about programs; empty where there is none."""
    for rules in by_width:
        if allows := [rule for rule in rules if rule.is_allow and rule.is_about_clients is about_clients]:
            return allows
    return []


def _no(thing: Governed, subject: Subject, *, about_clients: bool, source: str) -> Verdict:
    whom = "through this program" if about_clients else f"by {subject.login}"
    return Verdict("rule", f"{thing.name} may not be used {whom} on this server. {_ASK}", source)


def _why_allowed(tool: Tool, subject: Subject, policy: Policy) -> str:
    by_width = policy.rules_about(tool)
    matching = [rule.words for about in (False, True) for rule in _list(by_width, about_clients=about) if rule.matches(subject)]
    return ", ".join(matching) or "no rule is about it"


def missing_scopes(tool: Tool, arguments: Mapping[str, Any], scopes: AbstractSet[str]) -> frozenset[str]:
    """Return the scopes that this call needs and the session lacks; empty when it may go on.

    What the arguments ask for on top (``step_up``) counts only when they are valid: wrong ones are the runner's to report.
    """
    if tool.step_up is None:
        return tool.scopes - scopes
    try:
        parsed = arguments_module.parse(tool, arguments)
    except arguments_module.InvalidArguments:
        return tool.scopes - scopes
    return required_scopes(tool, parsed) - scopes


def required_scopes(tool: Tool, parsed: BaseModel) -> frozenset[str]:
    """Return the scopes that a call with these (valid) arguments needs."""
    return tool.scopes if tool.step_up is None else tool.scopes | tool.step_up(parsed)
