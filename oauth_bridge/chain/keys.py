"""Sets of rows' keys as ranges: a million that follow each other take the room of one."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

_RANGE = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")


class Unreadable(ValueError):
    """The text is none that ``written`` made."""


class Keys:
    """A set of numbers. Cheap where they come nearly in order."""

    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for key in keys:
            self.add(key, key)

    def add(self, first: int, last: int) -> None:
        """Put in all from ``first`` to ``last``."""
        low = bisect_left(self._lasts, first - 1)
        high = bisect_right(self._firsts, last + 1)
        if low < high:
            first, last = min(first, self._firsts[low]), max(last, self._lasts[high - 1])
        self._firsts[low:high] = [first]
        self._lasts[low:high] = [last]

    def update(self, others: "Keys") -> None:
        """Put in all of another set."""
        for first, last in others.ranges():
            self.add(first, last)

    def __contains__(self, key: int) -> bool:
        place = bisect_left(self._lasts, key)
        return place < len(self._firsts) and self._firsts[place] <= key

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges())

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the first and the last of each range, in order."""
        return zip(self._firsts, self._lasts, strict=True)

    def each(self) -> Iterator[int]:
        """Yield every key, in order."""
        for first, last in self.ranges():
            yield from range(first, last + 1)

    def without(self, others: "Keys") -> "Keys":
        """Return those that are not in another set."""
        left = Keys()
        for first, last in self.ranges():
            start = first
            place = bisect_left(others._lasts, first)
            while place < len(others._firsts) and others._firsts[place] <= last:
                if start < others._firsts[place]:
                    left.add(start, others._firsts[place] - 1)
                start = others._lasts[place] + 1
                place += 1
            if start <= last:
                left.add(start, last)
        return left

    def written(self) -> str:
        """Return them as ``1-500 502 504-510``."""
        return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in self.ranges())


def read(text: str) -> Keys:
    """Return the set that was written.

    Raises:
        Unreadable: somebody else wrote it.
    """
    keys = Keys()
    for word in text.split():
        if (match := _RANGE.fullmatch(word)) is None:
            raise Unreadable(word[:50])
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise Unreadable(word[:50])
        keys.add(first, last)
    return keys
