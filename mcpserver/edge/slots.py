"""Caps on requests in flight. A plain counter: everything runs in one event loop."""


class Slots:
    """So many requests may run at once; ``enter`` says whether one more may, and each yes is given back by ``leave``."""

    __slots__ = ("free",)

    def __init__(self, count: int) -> None:
        self.free = count

    def enter(self) -> bool:
        """Take a slot, if one is free."""
        if self.free <= 0:
            return False
        self.free -= 1
        return True

    def leave(self) -> None:
        """Give a slot back."""
        self.free += 1
