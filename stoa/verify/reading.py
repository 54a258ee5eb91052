"""Reads a whole record in one pass: every entry's form, the root and tiles that follow, the powers used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stoa.verify.entry import Entry, read_entry
from stoa.verify.faults import Broken
from stoa.verify.head import Head
from stoa.verify.powers import Watch
from stoa.verify.report import Report
from stoa.verify.shown import counted, shown
from stoa.verify.source import Server, entries_in
from stoa.verify.tree import ENTRIES, Growth, Tile

Progress = Callable[[int, int], None]
"""Called now and then with how many entries were read, of how many."""

DECIDING = ("ballots.", "agenda.decided", "agenda.effort_frozen", "members.call.", "members.bar.set", "lab.")
"""Beginnings of the types of entries that are kept in memory, to recompute decisions from."""

RESTORED = "record.tail.recovered"

MOST_KEPT = 64_000_000

ENTRIES_TITLE = "Every entry is in the documented form"
ROOT_TITLE = "The entries have the root that was signed"
TILES_TITLE = "The tiles that others read agree with the entries"
POWERS_TITLE = "Every act was granted by the charter in force"


@dataclass
class Reading:
    """What one pass over a record finds. Faults are kept until the checks are noted, in their order.

    `sizes` are those of heads signed before, `roots` the roots over as many of today's entries.
    """

    watch: Watch
    sizes: frozenset[int] = frozenset()
    growth: Growth = field(default_factory=Growth)
    deciding: list[Entry] = field(default_factory=list)
    kept_bytes: int = 0
    cut_off: str = ""
    malformed: str = ""
    malformed_more: int = 0
    wrong_tile: str = ""
    roots: dict[int, bytes] = field(default_factory=dict)
    restored: Entry | None = None

    def take(self, raw: bytes) -> None:
        """Go on by one entry."""
        position = self.growth.size
        self.growth.add(raw)
        if position + 1 in self.sizes:
            self.roots[position + 1] = self.growth.root()
        try:
            entry = read_entry(position, raw)
        except Broken as fault:
            self.malformed_more += bool(self.malformed)
            self.malformed = self.malformed or str(fault)
            return
        self.watch.see(entry)
        if entry.type == RESTORED:
            self.restored = entry
        if entry.type.startswith(DECIDING):
            self._keep(entry, len(raw))

    def _keep(self, entry: Entry, length: int) -> None:
        self.kept_bytes += length
        if self.kept_bytes > MOST_KEPT:
            raise Broken(f"{entry}: the entries about decisions fill more than {MOST_KEPT:,} bytes.")
        self.deciding.append(entry)

    def compare(self, tile: Tile, body: bytes) -> None:
        """Hold a tile of hashes to the entries that were read."""
        if self.growth.take(tile) != body and not self.wrong_tile:
            self.wrong_tile = f"{tile.path}: it is missing, or does not hold the hashes of the entries shown."


def read_record(
    server: Server, head: Head, before: Mapping[int, bytes], progress: Progress | None, report: Report
) -> tuple[list[Entry], Watch]:
    """Read every entry and note four checks. `before` are heads signed before: their roots by their sizes.

    Returns the entries from which decisions are recomputed, and what the charters of their times say.
    """
    reading = Reading(Watch(server.blob), frozenset(before))
    try:
        _read(server, head.checkpoint.size, reading, progress)
    except Broken as fault:
        reading.cut_off = str(fault)
    report.check("entries", ENTRIES_TITLE, lambda: _form(reading))
    if reading.cut_off:
        for code, title in (("root", ROOT_TITLE), ("tiles", TILES_TITLE), ("powers", POWERS_TITLE)):
            report.skip(code, title, "The record could not be read to its end.")
        return reading.deciding, reading.watch
    if reading.restored:
        report.warnings.append(_said_of_restoring(reading.restored))
    report.check("root", ROOT_TITLE, lambda: _root(reading, head, before))
    report.check("tiles", TILES_TITLE, lambda: _tiles(reading))
    report.check("powers", POWERS_TITLE, reading.watch.verdict)
    return reading.deciding, reading.watch


def _read(server: Server, size: int, reading: Reading, progress: Progress | None) -> None:
    for tile, body in server.tiles(size):
        if tile.level == ENTRIES:
            for raw in entries_in(tile, body):
                reading.take(raw)
            if progress:
                progress(reading.growth.size, size)
        else:
            reading.compare(tile, body)


def _said_of_restoring(entry: Entry) -> str:
    lost = entry.facts.get("lost")
    told = "an unknown number of entries" if lost is None else f"{shown(lost)} of the entries"
    return f"{entry} says that the server was restored from a backup, and that {told} published after it were lost."


def _form(reading: Reading) -> str:
    if reading.malformed:
        more = f" {reading.malformed_more:,} more are not in it either." if reading.malformed_more else ""
        raise Broken(reading.malformed + more)
    if reading.cut_off:
        raise Broken(reading.cut_off)
    return f"{counted(reading.growth.size, 'entry', 'entries')}, canonical, each with its ten keys."


def _root(reading: Reading, head: Head, before: Mapping[int, bytes]) -> str:
    root = reading.growth.root()
    if root != head.checkpoint.root:
        raise Broken(
            f"The {counted(reading.growth.size, 'entry', 'entries')} shown have the root {root.hex()}, "
            f"signed was {head.checkpoint.root.hex()}: an entry was changed, left out, added or moved."
        )
    for size, then in reading.roots.items():
        if then != before[size]:
            raise Broken(f"The first {size:,} entries are not those of a head that was signed before.")
    return f"Recomputed from all entries: {root.hex()}."


def _tiles(reading: Reading) -> str:
    if reading.wrong_tile:
        raise Broken(reading.wrong_tile)
    return "Every tile of hashes was fetched and compared."
