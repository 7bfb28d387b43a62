"""What an operator changes by hand is an event: who, what, from which to which."""

from typing import Any

from oauth_bridge.models import AllowRule, AuthEvent, ClientHost
from tests.conftest import Live
from tests.support.dashboard import Operator


def told(kind: str) -> list[dict[str, Any]]:
    events = AuthEvent.objects.filter(kind=kind, operator="root").order_by("pk")
    return [event.detail for event in events]


def test_a_host_that_is_added_changed_and_deleted_is_told_each_time(live: Live) -> None:
    operator = Operator(live)
    operator.post("oauth_bridge/clienthost/add/", host="client.example", trust="known", note="")
    key = ClientHost.objects.get().pk
    operator.post(f"oauth_bridge/clienthost/{key}/change/", host="client.example", trust="blocked", note="seen in the wild")
    operator.post(f"oauth_bridge/clienthost/{key}/delete/", post="yes")
    assert not ClientHost.objects.exists()
    first, *others = [(one["change"], one["changes"]) for one in told("changed_by_hand")]
    assert first[0] == "added"
    assert first[1]["host"] == ["", "client.example"]
    assert others == [("changed", {"note": ["", "seen in the wild"], "trust": ["known", "blocked"]}), ("deleted", {})]


def test_a_rule_that_is_changed_is_told_from_which_to_which(live: Live) -> None:
    operator = Operator(live)
    key = AllowRule.objects.get().pk
    operator.post(f"oauth_bridge/allowrule/{key}/change/", kind="login", login="alice", team="", note="on leave")
    assert [one["changes"] for one in told("rule_changed")] == [{"note": ["", "on leave"]}]
