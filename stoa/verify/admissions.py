"""Checks who was admitted by each call: from its seed, places and bar on the record, and the scores published with the outcome.

Where the sponsor's share had no room for some, the entry says who was passed over and how the share stood; entries from before
it was said have nothing of it.

Written from the formulas of docs/record.md; it shares no line with what the server computed the order by.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from stoa.verify.entry import Entry, Facts
from stoa.verify.faults import Broken, Unknowable
from stoa.verify.opening import blob_list
from stoa.verify.report import Report
from stoa.verify.shown import counted, plain, shown
from stoa.verify.source import Source

RULES = ("members.call.announced", "members.call.amended")
BAR = "members.bar.set"
DECIDED = "members.call.decided"
TITLE = "The order of admission follows from the scores"


def check_admissions(deciding: list[Entry], source: Source, percents: Mapping[int, int], report: Report) -> None:
    """Note the checks of every call that was decided. `percents` are the sponsor's share by version of the charter."""
    for entry in deciding:
        if entry.type == DECIDED:
            before = [one for one in deciding if one.subject == entry.subject and one.position < entry.position]
            _check_call(entry, before, source, percents, report)


def _check_call(
    decided: Entry, before: list[Entry], source: Source, percents: Mapping[int, int], report: Report
) -> None:
    about = f"call:{plain(decided.subject.partition(':')[2])}"
    report.check(
        "call.decided", "Its numbers, bar and places agree", lambda: _numbers(decided, before, source, percents), about
    )
    report.check("call.order", TITLE, lambda: _order(decided, before, source), about)


def _numbers(decided: Entry, before: list[Entry], source: Source, percents: Mapping[int, int]) -> str:
    facts, rules = Facts(decided), _rules(decided, before)
    bars = [entry for entry in before if entry.type == BAR]
    if not bars or Facts(bars[-1]).number("bar") != facts.number("bar"):
        raise Broken(f"{decided} goes by another bar than the reviewers set.")
    above, admitted = facts.number("admitted") + facts.number("waiting"), facts.number("admitted")
    order = _ids(decided, source)
    if len(order) != above:
        raise Broken(f"{decided} says that {above:,} reached the bar; its order has another number.")
    passed = _passed_over(decided, source)
    if not passed <= set(order[admitted:]):
        raise Broken(f"{decided} passes somebody over who was admitted, or did not reach the bar.")
    most = min(above, rules.number("places")) if rules.has("places") else above
    room = min(most, above - len(passed))
    if admitted != room:
        raise Broken(f"{decided} admits {admitted:,}; by the places of the call it would be {room:,}.")
    over = f" {_share(decided, room < most, percents)}" if passed else ""
    return f"{admitted:,} admitted, {facts.number('waiting'):,} waiting, {facts.number('declined'):,} not.{over}"


def _share(decided: Entry, unfilled: bool, percents: Mapping[int, int]) -> str:
    """Whether the sponsor's share, as it is said to have stood, was as full as it has to be for anybody to be passed over."""
    facts = Facts(decided)
    share, admitted = facts.inner("share"), facts.number("admitted")
    percent, members, tied, among = (share.number(name) for name in ("percent", "members", "tied", "among"))
    if percent != percents.get(decided.charter, percent):
        raise Broken(f"{decided} goes by a share of {percent}; the charter in force says {percents[decided.charter]}.")
    if among != _room(percent, members, tied, admitted):
        raise Broken(f"{decided} passes some over, though the sponsor's share was not full, or more than full.")
    if unfilled and _room(percent, members, tied, admitted + 1) > among:
        raise Broken(f"{decided} passes somebody over for whom the sponsor's share had room, and a place was left.")
    return f"The sponsor's share of {percent} in a hundred was full: {tied + among:,} of {members + admitted:,}."


def _room(percent: int, members: int, tied: int, admitted: int) -> int:
    return max(0, percent * (members + admitted) // 100 - tied)


def _passed_over(decided: Entry, source: Source) -> set[str]:
    facts = Facts(decided)
    if not facts.has("share"):
        return set()
    return set(_listed(decided, facts.inner("share").hash("passed_over").hex(), source))


def _order(decided: Entry, before: list[Entry], source: Source) -> str:
    facts, seed = Facts(decided), _rules(decided, before).hash("seed")
    if not facts.has("scores"):
        raise Unknowable("The scores are not published: of few applicants they would tell too much.")
    scores = _scores(facts.hash("scores").hex(), source)
    total = sum(facts.number(name) for name in ("admitted", "waiting", "declined"))
    if len(scores) != total:
        raise Broken(f"{decided} is about {total:,} applications; scores are published of {len(scores):,}.")
    bar = facts.number("bar")
    above = [number for number, score in scores.items() if score >= bar]
    by_score = sorted(above, key=lambda number: (-scores[number], sha256(seed + number.encode()).digest()))
    passed = _passed_over(decided, source)
    admitted = [number for number in by_score if number not in passed][: facts.number("admitted")]
    taken = set(admitted)
    if admitted + [number for number in by_score if number not in taken] != _ids(decided, source):
        raise Broken(f"{decided} has another order than its scores, bar and seed give.")
    return f"Recomputed from {counted(total, 'score')}, the bar and the seed."


def _rules(decided: Entry, before: list[Entry]) -> Facts:
    rules = [entry for entry in before if entry.type in RULES]
    if not rules:
        raise Broken(f"{decided} decides a call that was never announced.")
    return Facts(rules[-1])


def _ids(decided: Entry, source: Source) -> list[str]:
    return _listed(decided, Facts(decided).hash("order").hex(), source)


def _listed(decided: Entry, digest: str, source: Source) -> list[str]:
    ids = blob_list(source, digest)
    if not all(isinstance(one, str) for one in ids) or len(set(ids)) != len(ids):
        raise Broken(f"A list of {decided} holds something that is no number, or one twice.")
    return ids


def _scores(digest: str, source: Source) -> dict[str, int]:
    scores: dict[str, int] = {}
    for row in blob_list(source, digest):
        if not isinstance(row, list) or [type(part) for part in row] != [str, int] or row[0] in scores:
            raise Broken(f"The scores (blob/{digest}) hold {shown(row)}, which is none, or stands there twice.")
        scores[row[0]] = row[1]
    return scores
