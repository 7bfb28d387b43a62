"""What ``@tool`` is given beside the function: what makes no sense stops the start, with file and line."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from pydantic import BaseModel

from tools import asking
from tools.declaration import Declaration, DeclarationError, check_common, is_model
from tools.quotas import NO_QUOTA, Quota

TASK_SUPPORT = ("never", "optional", "required")
# How long a task is kept, from its creation.
MAX_TASK_SECONDS = 3600


def check(
    made: Declaration,
    *,
    title: str,
    scopes: object,
    timeout_seconds: float,
    output: type[BaseModel] | None,
    step_up: object,
    of_set: str,
    max_result_characters: int,
) -> None:
    """Check what the decorator was given.

    Raises:
        DeclarationError: see the message.
    """
    check_common(made.place, made.name, title=title, scopes=scopes, timeout_seconds=timeout_seconds, of_set=of_set)
    if output is not None and not is_model(output):
        raise DeclarationError(f"{made.place}: output of {made.name} must be a pydantic model")
    if step_up is not None and not callable(step_up):
        raise DeclarationError(f"{made.place}: step_up of {made.name} must be a function of the arguments")
    if not _is_count(max_result_characters):
        raise DeclarationError(f"{made.place}: max_result_characters of {made.name} must be a whole number, 1 or more")


def check_annotations(made: Declaration, annotations: dict[str, bool]) -> None:
    """Check that the hints agree with each other.

    Raises:
        DeclarationError: a tool that only reads cannot destroy.
    """
    if annotations["readOnlyHint"] and annotations["destructiveHint"]:
        raise DeclarationError(f"{made.place}: {made.name} cannot be read_only and destructive at once")


def check_task(made: Declaration, *, task: str, ask_first: bool, timeout_seconds: float) -> None:
    """Check what is said about tasks.

    Raises:
        DeclarationError: see the message.
    """
    if task not in TASK_SUPPORT:
        raise DeclarationError(f"{made.place}: task of {made.name} must be one of {', '.join(TASK_SUPPORT)}")
    if ask_first and task == "never":
        raise DeclarationError(f"{made.place}: ask_first of {made.name} means nothing without a task")
    if ask_first and not made.is_async:
        raise DeclarationError(f"{made.place}: {made.name} must be async to ask first and become a task then")
    if task != "never" and timeout_seconds > MAX_TASK_SECONDS:
        limit = f"at most {MAX_TASK_SECONDS}, the life of a task"
        raise DeclarationError(f"{made.place}: timeout_seconds of {made.name} must be {limit}")


def required_capabilities(made: Declaration, names: object) -> Mapping[str, Any]:
    """Return the capabilities object for what the client must offer.

    Raises:
        DeclarationError: it is no set of names that there are.
    """
    if not isinstance(names, AbstractSet):
        raise DeclarationError(f"{made.place}: requires of {made.name} must be a set of names")
    try:
        return asking.needs(names)
    except KeyError as error:
        raise DeclarationError(f"{made.place}: {made.name} requires {error}, which no client offers") from None


def quota(made: Declaration, *, per_minute: int | None, per_day: int | None) -> Quota:
    """Return how often one person may call it.

    Raises:
        DeclarationError: no whole number, or one below 1.
    """
    if not all(limit is None or _is_count(limit) for limit in (per_minute, per_day)):
        raise DeclarationError(f"{made.place}: per_minute and per_day of {made.name} must be 1 or more, whole numbers")
    return NO_QUOTA if per_minute is per_day is None else Quota(per_minute, per_day)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
