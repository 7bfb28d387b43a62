"""A hole: one exact text of the product, what to put in its place, and the tests that must see the difference."""

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Hole:
    """``threat`` is the row of the threat model in `docs/security.md`; ``tests`` are names in ``file::name`` form."""

    threat: int
    title: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def opened(self, text: str) -> str:
        """Return the file's text with the hole in it.

        Raises:
            ValueError: the text to replace is not there exactly once: the product has moved on, and this table has to follow.
        """
        if (count := text.count(self.before)) != 1:
            raise ValueError(f"{self.title}: {self.before!r} is {count} times in {self.file}, and not once")
        return text.replace(self.before, self.after)

    def row(self) -> str:
        """Return the hole's row in the table of `docs/security.md`."""
        tests = ", ".join(f"`{test.removeprefix('tests/')}`" for test in self.tests)
        return f"| {self.threat} | {self.title} | `{self.file}` | {tests} |"
