"""Whether the decision follows from the opened ballots: the count done again, and everything published held to it."""

from typing import Any

from stoa.verify import strict
from stoa.verify.certificate import certificate_of, check_certificate
from stoa.verify.entry import Entry, Facts, is_hash
from stoa.verify.faults import Broken
from stoa.verify.market import Contest, contest_of
from stoa.verify.opening import METHOD, Opening, blob_value
from stoa.verify.replay import Count, count, most_approved
from stoa.verify.report import Report
from stoa.verify.shown import counted, shown
from stoa.verify.source import Source

_PHASES = ("mes", "add1", "utilitarian")


def check_decided(decided: Entry, opening: Opening, *, closed: bool) -> str:
    """Hold a decision to the vote's rules, as far as no ballots are needed: options, costs, sum, capacity."""
    facts = Facts(decided)
    if facts.text("round") != opening.round or decided.subject != f"round:{opening.round}":
        raise Broken(f"{decided} is about {shown(decided.subject)}; the vote was about round {shown(opening.round)}.")
    if facts.text("method") != opening.method:
        raise facts.broken("method", f"is {shown(facts.text('method'))}; announced was {shown(opening.method)}")
    if facts.number("capacity") != opening.capacity:
        raise facts.broken("capacity", f"is {facts.number('capacity'):,}; announced was {opening.capacity:,}")
    rows = facts.rows("selected")
    for row in rows:
        _check_selected(facts, row, opening, closed=closed)
    if len({row["id"] for row in rows}) != len(rows):
        raise facts.broken("selected", "has the same option twice")
    spent = sum(row["cost"] for row in rows)
    if facts.number("spent") != spent or spent > opening.capacity:
        raise facts.broken("spent", f"is {facts.number('spent'):,}; chosen was for {spent:,} of {opening.capacity:,}")
    _check_nothing_told(facts, closed=closed)
    return f"{counted(len(rows), 'option')} chosen for {spent:,} of {opening.capacity:,}."


def _check_selected(facts: Facts, row: Any, opening: Opening, *, closed: bool) -> None:
    keys = {"id", "cost"} if closed else {"id", "cost", "phase"}
    if not isinstance(row, dict) or row.keys() != keys or not isinstance(row["id"], str):
        raise facts.broken("selected", f"has {shown(row)} instead of {', '.join(sorted(keys))}")
    if row["id"] not in opening.options:
        raise facts.broken("selected", f"has {shown(row['id'])}, which was not an option")
    if row["cost"] != opening.options[row["id"]] or isinstance(row["cost"], bool):
        raise facts.broken("selected", f"has {shown(row['id'])} at {shown(row['cost'])}, not at its cost in the vote")
    if not closed and row["phase"] not in _PHASES:
        raise facts.broken("selected", f"has the phase {shown(row['phase'])}")


def _check_nothing_told(facts: Facts, *, closed: bool) -> None:
    """Of ballots kept closed neither result nor majority is published; of opened ones both are."""
    if closed and (facts.has("result") or facts.has("majority")):
        raise facts.broken("result", "or “majority” is told although the ballots were kept closed")
    if not closed and not (is_hash(facts.raw("result")) and isinstance(facts.raw("majority"), list)):
        raise facts.broken("result", "and “majority” are not a blob and a list of options")


def check_result(decided: Entry, opening: Opening, ballots: list[list[str]], source: Source, report: Report) -> None:
    """Count again and note four checks: the winners, the majority's, the published result, its certificate."""
    about, facts = f"ballot:{opening.ballot}", Facts(decided)
    if opening.method != METHOD:
        told = f"This program does not know the method {shown(opening.method)}."
        report.skip("vote.result", "The winners follow from the opened ballots", told, about)
        return
    contest = contest_of(opening.options, ballots, opening.capacity, utility=opening.utility, seed=opening.seed)
    ours = count(contest, opening.completion)
    report.check(
        "vote.result", "The winners follow from the opened ballots", lambda: _winners(facts, contest, ours), about
    )
    report.check("vote.majority", "So does what a majority would have chosen", lambda: _majority(facts, contest), about)
    blob: list[dict[str, Any]] = []
    title = "The published result says the same"
    if report.check("vote.published", title, lambda: _published(facts, contest, ours, source, blob), about):
        right = certificate_of(contest, ours, list(opening.options), _rules(opening))
        title = "Its certificate holds"
        report.check("vote.certificate", title, lambda: check_certificate(blob[0]["certificate"], right), about)


def _rules(opening: Opening) -> dict[str, Any]:
    return {
        "method": opening.method,
        "utility": opening.utility,
        "completion": opening.completion,
        "seed": opening.seed.hex(),
    }


def _winners(facts: Facts, contest: Contest, ours: Count) -> str:
    chosen = [(contest.ids[option], phase) for option, phase in ours.phases]
    stated = [(row.get("id"), row.get("phase")) for row in facts.rows("selected") if isinstance(row, dict)]
    for place in range(max(len(chosen), len(stated))):
        one = stated[place] if place < len(stated) else None
        other = chosen[place] if place < len(chosen) else None
        if one != other:
            raise Broken(
                f"In place {place + 1} the decision has {_spoken(one)}; the opened ballots give {_spoken(other)}."
            )
    ties = "ties by the seed published before"
    return f"Counted again: the same {counted(len(chosen), 'winner')} in the same order and phases, {ties}."


def _spoken(row: tuple[Any, Any] | None) -> str:
    return f"{shown(row[0])} ({shown(row[1])})" if row else "nothing more"


def _majority(facts: Facts, contest: Contest) -> str:
    ours = [contest.ids[option] for option in most_approved(contest, [])]
    if facts.raw("majority") != ours:
        raise facts.broken("majority", "is not what most approvals first would have chosen")
    return f"{counted(len(ours), 'option')}, most approvals first."


def _published(facts: Facts, contest: Contest, ours: Count, source: Source, blob: list[dict[str, Any]]) -> str:
    value = blob_value(source, facts.hash("result").hex())
    if not isinstance(value, dict) or value.keys() != {"selected", "phase", "cost", "budget", "certificate"}:
        raise Broken("The result's blob does not have exactly selected, phase, cost, budget and certificate.")
    chosen = [(contest.ids[option], phase) for option, phase in ours.phases]
    right = {
        "selected": [option for option, _ in chosen],
        "phase": dict(chosen),
        "cost": contest.cost([option for option, _ in ours.phases]),
        "budget": contest.capacity,
    }
    for part, expected in right.items():
        if strict.spell(value[part]) != strict.spell(expected):
            raise Broken(f"The result's blob has another “{part}” than follows from the opened ballots.")
    blob.append(value)
    return "Winners, phases, cost and budget of the blob are those counted."
