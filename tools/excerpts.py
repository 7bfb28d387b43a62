"""Text of any length within a bound, so that one long answer does not fill a model's whole window."""

# About ten thousand tokens.
MAX_CHARACTERS = 40_000


class Budget:
    """How many characters an answer may still spend on text that people wrote."""

    def __init__(self, characters: int = MAX_CHARACTERS) -> None:
        self.left = characters

    def take(self, text: str | None, *, most: int | None = None) -> tuple[str, bool]:
        """Return the beginning that fits, and whether something was cut off."""
        whole = text or ""
        taken = whole[: self.left if most is None else min(most, self.left)]
        self.left -= len(taken)
        return taken, len(taken) < len(whole)
