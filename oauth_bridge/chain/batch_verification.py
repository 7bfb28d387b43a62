"""Looking through the rows that events stand for: each one that was changed, removed or put in is named. All of it streams."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from oauth_bridge import audit
from oauth_bridge.chain import batches
from oauth_bridge.chain.batches import Batch, Row, Source
from oauth_bridge.chain.keys import Keys, Unreadable
from oauth_bridge.models import AuthEvent

# Set once, when the project starts.
SOURCES: list[Source] = []
_EVENTS, _ROWS = 200, 2_000
# Names of single rows are looked up for so many.
_NAMED = 100


@dataclass(slots=True)
class Walk:
    """One look through a source's rows. ``find`` is told each finding, for the operator to read."""

    source: Source
    find: Callable[[str], None]
    checked: int = 0
    unproved: int = 0
    told: Keys = field(default_factory=Keys)
    missing: list[tuple[Batch, Keys]] = field(default_factory=list)

    def run(self, newest: int | None) -> None:
        """Look at all rows, or at the batches that hold the ``newest`` ones."""
        after_event, after_key = _start(newest) if newest is not None else (0, 0)
        floor = batches.floor()
        self.unproved = self.source.count_before(floor) if floor else 0
        # The rows that there are first, and then the events: whoever sees a row sees its event a moment later.
        present = Keys()
        for key in self.source.present(since=floor, after=after_key):
            present.add(key, key)
        for some in _in_pieces(self._batches(after_event)):
            self._compare(some)
        self._name_put_in(present.without(self.told))
        self._name_missing()

    def _batches(self, after_event: int) -> Iterator[Batch]:
        for key, detail in _events(after_event):
            try:
                batch = batches.read(key, detail)
            except Unreadable:
                self.find(f"The batch of tool calls in row {key} of the events was not written by this server.")
                continue
            self.told.update(batch.keys)
            yield batch

    def _compare(self, some: list[Batch]) -> None:
        wanted = [key for batch in some for key in batch.keys.each()]
        found = {row.key: row for row in self.source.rows(wanted)}
        for batch in some:
            there = [(found.get(key), print_) for key, print_ in zip(batch.keys.each(), batch.prints, strict=True)]
            hashes = [(row, batches.row_hash(row), print_) for row, print_ in there if row]
            self.checked += len(hashes)
            changed = [row for row, text, print_ in hashes if not text.startswith(print_)]
            for row in changed:
                self.find(f"Tool call {_named(row)} was changed (batch of event row {batch.event}).")
            if len(hashes) < len(batch.prints):
                self.missing.append((batch, Keys(batch.keys.each()).without(Keys(row.key for row, _, _ in hashes))))
            elif not changed and batches.digest(text for _, text, _ in hashes) != batch.digest:
                self.find(f"The tool calls {batch.keys.written()} are not as event row {batch.event} says: one was changed.")

    def _name_missing(self) -> None:
        """Asked last what was deleted by right: it may have been while we looked."""
        if not self.missing:
            return
        excused, floor = batches.deleted(), batches.floor()
        for batch, gone in self.missing:
            if floor is not None and batch.begins < floor:
                continue
            for first, last in gone.without(excused).ranges():
                what = f"Tool call {first} was" if first == last else f"The tool calls {first} to {last} were"
                self.find(f"{what} removed (batch of event row {batch.event}, begun {batch.begins:%Y-%m-%d %H:%M:%S}).")

    def _name_put_in(self, strange: Keys) -> None:
        ranges = list(strange.ranges())
        moments = self.source.moments([first for first, _ in ranges[:_NAMED]])
        for first, last in ranges:
            if first == last:
                at = f" ({moments[first]:%Y-%m-%d %H:%M:%S})" if first in moments else ""
                self.find(f"Tool call {first}{at} was put in: no event stands for it.")
            else:
                self.find(f"The tool calls {first} to {last} were put in: no event stands for them.")


def _start(newest: int) -> tuple[int, int]:
    """Return after which event, and after which row, the batches lie that hold the newest rows."""
    seen = 0
    for key, detail in _events(newest_first=True):
        try:
            told = batches.read(key, detail).keys
        except Unreadable:
            continue
        if seen >= newest:
            return key, max(last for _, last in told.ranges())
        seen += len(told)
    return 0, 0


def _events(after: int = 0, *, newest_first: bool = False) -> Iterator[tuple[int, object]]:
    """Yield key and detail of each batch's event, some hundred at a time."""
    events = AuthEvent.objects.filter(kind=audit.Kind.TOOL_CALLS, pk__gt=after)
    rest = events.order_by("-pk" if newest_first else "pk")
    while rows := list(rest.values_list("pk", "detail")[:_EVENTS]):
        yield from rows
        end = rows[-1][0]
        rest = rest.filter(pk__lt=end) if newest_first else rest.filter(pk__gt=end)


def _in_pieces(found: Iterator[Batch]) -> Iterator[list[Batch]]:
    some: list[Batch] = []
    count = 0
    for batch in found:
        some.append(batch)
        count += len(batch.prints)
        if count >= _ROWS:
            yield some
            some, count = [], 0
    if some:
        yield some


def _named(row: Row) -> str:
    return f"{row.key} ({row.at:%Y-%m-%d %H:%M:%S})"
