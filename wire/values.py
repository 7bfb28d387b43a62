"""Values that are made many times for each request: as cheap as they can be made, and frozen to the type checker.

``@dataclass(frozen=True)`` sets each field by a call of ``object.__setattr__``, which costs several times as much as an
assignment; of a small call that was a tenth. Nobody assigns to a value all the same: mypy refuses it.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a dataclass with slots, compared and hashed by its fields."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
