"""Whether a log, or samples of it, were seen before, and whether samples share what only one can have."""

import hashlib
from collections.abc import Iterator
from typing import Any

from stoa.evaluation.logs.faults import Fault
from stoa.evaluation.logs.reading import Entry
from stoa.evaluation.logs.samples import place
from stoa.evaluation.logs.transcript import Transcript, mapping, seconds


class Seen:
    """The marks of a log's samples. `marks` goes to the server, which gives those of all logs to the next check as `known`."""

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known
        self.marks: dict[str, str] = {}

    def look(self, entry: Entry, transcript: Transcript) -> Iterator[Fault]:
        """Take in the next sample."""
        where = place(entry.sample)
        mine = {_short(mark) for mark in marks(entry, transcript)}
        if mine & self.known:
            yield Fault("sample.reused", where, None, f"{len(mine & self.known)} of its {len(mine)} marks")
        shared = sorted({self.marks[mark] for mark in mine if mark in self.marks})
        if shared:
            yield Fault("sample.copied", where, None, ", ".join(shared))
        self.marks |= dict.fromkeys(mine, where)


def marks(entry: Entry, transcript: Transcript) -> Iterator[str]:
    """What no sample of another run can have: ids drawn at random, and the exact time that its calls took, with its answer."""
    if entry.sample.uuid:
        yield entry.sample.uuid
    yield from _ends(transcript.marks())
    for event in transcript.of("model"):
        took: Any = seconds(mapping(event.get("output")).get("time")) or seconds(event.get("working_time"))
        if took is not None and len(repr(took)) > 8:
            yield f"{took!r} {transcript.put_out(event)}"


def _ends(ids: list[str]) -> list[str]:
    """The first, the last and all together, so that a sample leaves a few marks and not one a step."""
    return [ids[0], ids[-1], " ".join(ids)] if ids else []


def _short(mark: str) -> str:
    return hashlib.sha256(mark.encode(errors="surrogatepass")).hexdigest()[:24]
