"""How a vote was opened: its rules, its voters and its options, and whether its times were kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from stoa.methods.merkle import root_of
from stoa.verify import strict
from stoa.verify.entry import Entry, Facts
from stoa.verify.faults import Broken, Unknowable
from stoa.verify.shown import counted, shown
from stoa.verify.source import Source

METHOD = "equal-shares/1"


@dataclass(frozen=True)
class Opening:
    """The rules of one vote, as its opening entry put them on the record. `options` is id → cost, in their order."""

    ballot: str
    round: str
    method: str
    utility: str
    completion: str
    options: dict[str, int]
    capacity: int
    seed: bytes
    closes: datetime
    window: timedelta
    imported: bool
    file: str
    entry: Entry


@dataclass(frozen=True)
class Voters:
    """The voter list as the opening entry commits to it."""

    count: int
    root: bytes
    blob: str


def read_opening(entry: Entry, source: Source) -> Opening:
    """The rules of a vote; Broken where a fact is missing or not in its form."""
    facts = Facts(entry)
    voters_of(entry)
    imported = facts.flag("imported")
    return Opening(
        ballot=facts.text("ballot"),
        round=facts.text("round"),
        method=facts.text("method"),
        utility=facts.one_of("utility", ("cost", "cardinality")),
        completion=facts.one_of("completion", ("add1u", "none")),
        options=_options(facts, source),
        capacity=facts.number("capacity"),
        seed=facts.hash("seed"),
        closes=facts.instant("closes"),
        window=timedelta(hours=min(facts.number("window_hours"), 1_000_000)),
        imported=imported,
        file=facts.hash("file").hex() if imported else "",
        entry=entry,
    )


def said(opening: Opening) -> str:
    """The rules in a sentence."""
    completed = {"add1u": "completed (add1u)", "none": "not completed"}[opening.completion]
    return (
        f"{counted(len(opening.options), 'option')}, capacity {opening.capacity:,}, {shown(opening.method)} "
        f"by {opening.utility}, {completed}; the seed for ties stands in the same entry, before any ballot."
    )


def voters_of(entry: Entry) -> Voters:
    """What an opening entry says of its voter list."""
    inner = Facts(entry).inner("voters")
    return Voters(inner.number("count"), inner.hash("root"), inner.hash("blob").hex())


def _options(facts: Facts, source: Source) -> dict[str, int]:
    if facts.has("options") == facts.has("options_blob"):
        raise facts.broken("options", "must stand there, or “options_blob” instead")
    rows = facts.rows("options") if facts.has("options") else blob_list(source, facts.hash("options_blob").hex())
    options = dict(_option(facts, row) for row in rows)
    if len(options) != len(rows):
        raise facts.broken("options", "has the same id twice")
    return options


def _option(facts: Facts, row: Any) -> tuple[str, int]:
    if not isinstance(row, dict) or row.keys() != {"id", "cost"}:
        raise facts.broken("options", f"has {shown(row)} instead of an id and a cost")
    if not isinstance(row["id"], str) or type(row["cost"]) is not int or row["cost"] < 1:
        raise facts.broken("options", f"has {shown(row)}, whose id is no text or whose cost is no whole number from 1")
    return row["id"], row["cost"]


def blob_list(source: Source, digest: str) -> list[Any]:
    """A blob that must be a JSON list."""
    value = blob_value(source, digest)
    if not isinstance(value, list):
        raise Broken(f"blob/{digest} is not a list.")
    return value


def blob_value(source: Source, digest: str) -> Any:
    """A blob that must be canonical JSON."""
    try:
        return strict.parse(source.blob(digest))
    except ValueError as fault:
        raise Broken(f"blob/{digest} {fault}.") from None


def sorted_ids(source: Source, digest: str, what: str) -> list[str]:
    """A blob that lists ids, sorted by code point and without doubles."""
    ids = blob_list(source, digest)
    if not all(isinstance(item, str) for item in ids):
        raise Broken(f"{what} (blob/{digest}) holds something that is no id.")
    for before, after in pairwise(ids):
        if before >= after:
            raise Broken(f"{what} (blob/{digest}) is not sorted, or has {shown(after)} twice.")
    return ids


def read_voters(entry: Entry, source: Source) -> list[str]:
    """The voter list; Broken where it is not the one that the opening entry commits to."""
    voters = voters_of(entry)
    ids = sorted_ids(source, voters.blob, "The voter list")
    if len(ids) != voters.count:
        raise Broken(f"The voter list has {counted(len(ids), 'person', 'people')}; {entry} says {voters.count:,}.")
    if root_of(text.encode() for text in ids) != voters.root:
        raise Broken(f"The voter list does not have the root that {entry} commits to.")
    return ids


def close_of(opening: Opening, moved: Sequence[Entry]) -> datetime:
    """When the vote closed, by its opening and the entries that moved the close; Broken where one was not allowed."""
    closes = opening.closes
    for entry in moved:
        later = Facts(entry).instant("closes")
        if later <= closes:
            raise Broken(f"{entry} moves the close to {_utc(later)}, not later than it was.")
        if entry.at >= closes:
            raise Broken(f"{entry} moves the close after the vote had closed, {_utc(closes)}.")
        closes = later
    return closes


def check_times(opening: Opening, closes: datetime, sealed: Entry | None, ended: Entry | None) -> str:
    """Hold the vote to its own times: sealed after the close, opened after the window for checking."""
    if sealed and sealed.at < closes:
        raise Broken(f"{sealed} stands before the close: sealed {_utc(sealed.at)}, the vote closed {_utc(closes)}.")
    if sealed and ended and ended.at - sealed.at < opening.window:
        raise Broken(
            f"{ended} stands before the window for checking had passed: {_utc(ended.at)}, "
            f"sealed {_utc(sealed.at)}, window {_hours(opening.window)}."
        )
    extended = ", moved there from an earlier instant" if closes != opening.closes else ""
    return f"Close {_utc(closes)}{extended}; {_hours(opening.window)} for checking between sealing and opening."


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _hours(window: timedelta) -> str:
    return counted(int(window.total_seconds()) // 3600, "hour")


def check_efforts(opening: Opening, frozen: Sequence[Entry]) -> str:
    """Hold options and capacity to the efforts that were frozen for the round before the vote."""
    if not frozen:
        raise Unknowable("The record has no frozen efforts for this round to compare costs and capacity with.")
    if len(frozen) > 1:
        raise Broken(f"Efforts for round {shown(opening.round)} were frozen twice: {frozen[0]}, {frozen[1]}.")
    entry, facts = frozen[0], Facts(frozen[0])
    if entry.position > opening.entry.position:
        raise Broken(f"{entry} stands after the vote was opened: efforts were not frozen before it.")
    if facts.number("capacity") != opening.capacity:
        raise Broken(f"{entry}: capacity {facts.number('capacity'):,}, but the vote has {opening.capacity:,}.")
    costs = _frozen_costs(facts)
    for option in sorted(costs.keys() ^ opening.options.keys()):
        raise Broken(f"{entry}: {shown(option)} is in only one of the frozen efforts and the vote.")
    for option, cost in opening.options.items():
        if costs[option] != cost:
            raise Broken(f"{entry}: {shown(option)} was frozen at {costs[option]:,}; in the vote it costs {cost:,}.")
    return f"The {counted(len(costs), 'cost')} and the capacity are those frozen in entry {entry.position}."


def _frozen_costs(facts: Facts) -> dict[str, int]:
    rows = facts.rows("questions")
    costs = dict(_frozen(facts, row) for row in rows)
    if len(costs) != len(rows):
        raise facts.broken("questions", "has the same id twice")
    return costs


def _frozen(facts: Facts, row: Any) -> tuple[str, int]:
    numbers = ("low", "high", "cost")
    if not isinstance(row, dict) or not {"id", *numbers} <= row.keys() or not isinstance(row["id"], str):
        raise facts.broken("questions", f"has {shown(row)} instead of id, low, high and cost")
    if any(type(row[name]) is not int for name in numbers) or not 0 <= row["low"] <= row["high"]:
        raise facts.broken("questions", f"has {shown(row)}, whose efforts are no range of whole numbers")
    return row["id"], row["cost"]
