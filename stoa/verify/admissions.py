"""Checks who was admitted by each call: from its seed, places and bar on the record, and the scores published with the outcome.

Written from the formulas of docs/record.md; it shares no line with what the server computed the order by.
"""

from __future__ import annotations

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


def check_admissions(deciding: list[Entry], source: Source, report: Report) -> None:
    """Note the checks of every call that was decided."""
    for entry in deciding:
        if entry.type == DECIDED:
            before = [one for one in deciding if one.subject == entry.subject and one.position < entry.position]
            _check_call(entry, before, source, report)


def _check_call(decided: Entry, before: list[Entry], source: Source, report: Report) -> None:
    about = f"call:{plain(decided.subject.partition(':')[2])}"
    report.check("call.decided", "Its numbers, bar and places agree", lambda: _numbers(decided, before, source), about)
    report.check("call.order", TITLE, lambda: _order(decided, before, source), about)


def _numbers(decided: Entry, before: list[Entry], source: Source) -> str:
    facts, rules = Facts(decided), _rules(decided, before)
    bars = [entry for entry in before if entry.type == BAR]
    if not bars or Facts(bars[-1]).number("bar") != facts.number("bar"):
        raise Broken(f"{decided} goes by another bar than the reviewers set.")
    above, admitted = facts.number("admitted") + facts.number("waiting"), facts.number("admitted")
    if len(_ids(decided, source)) != above:
        raise Broken(f"{decided} says that {above:,} reached the bar; its order has another number.")
    room = min(above, rules.number("places")) if rules.has("places") else above
    if admitted != room:
        raise Broken(f"{decided} admits {admitted:,}; by the places of the call it would be {room:,}.")
    return f"{admitted:,} admitted, {facts.number('waiting'):,} waiting, {facts.number('declined'):,} not."


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
    found = sorted(above, key=lambda number: (-scores[number], sha256(seed + number.encode()).digest()))
    if found != _ids(decided, source):
        raise Broken(f"{decided} has another order than its scores, bar and seed give.")
    return f"Recomputed from {counted(total, 'score')}, the bar and the seed."


def _rules(decided: Entry, before: list[Entry]) -> Facts:
    rules = [entry for entry in before if entry.type in RULES]
    if not rules:
        raise Broken(f"{decided} decides a call that was never announced.")
    return Facts(rules[-1])


def _ids(decided: Entry, source: Source) -> list[str]:
    ids = blob_list(source, Facts(decided).hash("order").hex())
    if not all(isinstance(one, str) for one in ids) or len(set(ids)) != len(ids):
        raise Broken(f"The order of {decided} holds something that is no number, or one twice.")
    return ids


def _scores(digest: str, source: Source) -> dict[str, int]:
    scores: dict[str, int] = {}
    for row in blob_list(source, digest):
        if not isinstance(row, list) or [type(part) for part in row] != [str, int] or row[0] in scores:
            raise Broken(f"The scores (blob/{digest}) hold {shown(row)}, which is none, or stands there twice.")
        scores[row[0]] = row[1]
    return scores
