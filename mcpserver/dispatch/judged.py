"""What was judged of a caller under the decisions of one moment. Neither ever changes (a change makes others), so neither does
what was judged: it is not judged again for each request.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from mcpserver.bearer import MAX_REMEMBERED
from mcpserver.policies import POLICIES
from oauth_bridge.principals import Principal
from tools.policy import Policy

T = TypeVar("T")


class _Judged(NamedTuple):
    principal: Principal
    policy: Policy
    by_key: dict[object, tuple[object, object, Any]]


# By the identity of the principal, which is kept here: an id is not used twice while its object lives.
_judged: dict[int, _Judged] = {}


def once(principal: Principal, key: object, of: object, within: object, judge: Callable[[], T]) -> T:
    """Return what ``judge`` returns for this caller under the current policy, asked once for each ``key``.

    ``of`` and ``within`` are what it depends on besides; another object in their place, though equal, is judged anew.
    """
    policy = POLICIES.current
    caller = _judged.get(id(principal))
    if caller is None or caller.principal is not principal or caller.policy is not policy:
        if len(_judged) >= MAX_REMEMBERED:
            _judged.clear()
        caller = _judged[id(principal)] = _Judged(principal, policy, {})
    known = caller.by_key.get(key)
    if known is not None and known[0] is of and known[1] is within:
        found: T = known[2]
        return found
    made = judge()
    caller.by_key[key] = (of, within, made)
    return made
