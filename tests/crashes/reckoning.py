"""Holds what members were told against what is there: all that was acknowledged, nothing that was refused, nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from tests.crashes.members import STANDING, Cast, Told

ONCE = frozenset(
    {
        "agenda.round.announced",
        "agenda.round.questions_opened",
        "agenda.round.discussion_opened",
        "agenda.answers_committed",
        "agenda.answers_unlinked",
        "agenda.effort_frozen",
        "agenda.round.failed",
        "agenda.decided",
        "agenda.votes.imported",
        "agenda.question.proposed",
        "agenda.statement.proposed",
        "forum.post_written",
        "ballots.vote_opened",
        "ballots.sealed",
        "ballots.opened",
        "ballots.kept_closed",
    }
)
"""Kinds of entries of which each subject has one at most: a phase that began or ended twice would have two."""
OVER = frozenset({"agenda", "failed"})
SEALING = timedelta(minutes=10)
"""How long after midnight the record waits for stragglers, before the worker seals the day that is over."""


class Tables:
    """What a server's database and log hold, read at one go at an instant of its clock."""

    def __init__(self, url: str, now: datetime) -> None:
        with psycopg.connect(url) as session:
            ask = session.execute
            placed = (
                "SELECT e.body FROM record_placement p JOIN record_entry e ON e.id = p.entry_id ORDER BY p.position"
            )
            self.entries: list[dict[str, Any]] = [json.loads(bytes(body)) for (body,) in ask(placed)]
            self.waiting: int = ask("SELECT count(*) FROM record_pending").fetchall()[0][0]
            self._past = (now - SEALING).date() - timedelta(days=1)
            unsent = "SELECT count(*) FROM kit_mail WHERE sent IS NULL AND due <= %s"
            self.unsent: int = ask(unsent, [now]).fetchall()[0][0]
            self.phases: dict[str, str] = dict(ask("SELECT slug, phase FROM agenda_round").fetchall())
            self.rounds: dict[str, str] = dict(ask("SELECT slug, id::text FROM agenda_round").fetchall())
            self.titles = _column(ask("SELECT title FROM agenda_question WHERE external_id = ''"))
            self.bodies = _column(ask("SELECT body FROM forum_post"))
            self.claims = _column(ask("SELECT body FROM agenda_statement"))
            self.estimates = _by_two(ask("SELECT person_id, question_id, low FROM agenda_estimate"))
            self.offers = _by_two(ask("SELECT person_id, question_id, hours FROM agenda_offer"))
            self._blobs = {name: bytes(body) for name, body in ask("SELECT sha256, body FROM record_blob")}

    def blob(self, name: str) -> Any:
        """A public body, read."""
        return json.loads(self._blobs[name])

    def of_type(self, type_: str) -> dict[str, dict[str, Any]]:
        """The facts of each entry of a type, by its subject's number."""
        return {one["subject"].partition(":")[2]: one["facts"] for one in self.entries if one["type"] == type_}

    def in_phase(self, phase: str) -> frozenset[str]:
        """The rounds that are in this phase, by their short names."""
        return frozenset(slug for slug, now in self.phases.items() if now == phase)

    def settled(self, lasting: frozenset[str]) -> bool:
        """Whether every round is over but for those that last, days are sealed, every entry has its place, every mail is sent."""
        if self.waiting or self.unsent or not self._past_is_sealed():
            return False
        return all(phase in OVER for slug, phase in self.phases.items() if slug not in lasting)

    def _past_is_sealed(self) -> bool:
        """Whether yesterday is sealed, if there was one; days before it are sealed first."""
        first = min((datetime.fromisoformat(one["at"]).date() for one in self.entries), default=date.max)
        return self._past < first or any(
            one["type"] == "record.day.sealed" and one["subject"] == f"day:{self._past}" for one in self.entries
        )


def faults(told: Told, tables: Tables, imported: Sequence[str]) -> Iterator[str]:
    """What was acknowledged and is missing, was refused and is there, or is there twice."""
    yield from told.wrong
    yield from _same("rounds", [one.slug for one in told.rounds], list(tables.rounds))
    yield from _same("questions", told.titles, tables.titles)
    yield from _same("posts", told.bodies, tables.bodies)
    yield from _same("statements", told.claims, tables.claims)
    yield from _latest("estimates", told.estimates, tables.estimates)
    yield from _latest("offers", told.offers, tables.offers)
    yield from _entries(told, tables)
    yield from _answers(told, tables)
    for vote, _ in {(vote, "") for vote, _ in told.casts}:
        yield from _ballots(
            str(vote), {person: casts for (v, person), casts in told.casts.items() if v == vote}, tables
        )
    yield from (f"{slug} was imported and is not decided." for slug in imported if tables.phases[slug] != "agenda")


def answers_fault(told: Told, person: str, found: Mapping[int, str]) -> Iterator[str]:
    """How a person's answers in the round that lasts differ from those that were acknowledged last."""
    expected = told.answers.get((STANDING, person), {})
    if dict(found) != expected:
        yield f"answers of {person}: {len(found)} there, {len(expected)} acknowledged, or others."


def _entries(told: Told, tables: Tables) -> Iterator[str]:
    seen = Counter((one["type"], one["subject"]) for one in tables.entries if one["type"] in ONCE)
    yield from (f"{subject} has {count} entries {type_}." for (type_, subject), count in seen.items() if count > 1)
    kinds = {"agenda.effort.estimated": told.estimates, "agenda.hours.offered": told.offers}
    for type_, acts in kinds.items():
        there = Counter((one["actor"], one["subject"]) for one in tables.entries if one["type"] == type_)
        done = Counter({(f"person:{who}", f"question:{what}"): len(all_) for (who, what), all_ in acts.items()})
        if there != done:
            yield f"{type_}: {there.total()} entries of {done.total()} acts that were acknowledged."


def _answers(told: Told, tables: Tables) -> Iterator[str]:
    """As many people as were told so have answers among those committed to."""
    committed = tables.of_type("agenda.answers_committed")
    for slug, number in tables.rounds.items():
        people = sum(1 for (of, _), answers in told.answers.items() if of == slug and answers)
        if number in committed and committed[number]["count"] != people:
            yield f"{slug}: answers of {committed[number]['count']} people committed to, {people} were told theirs are kept."


def _ballots(vote: str, casts: dict[str, list[Cast]], tables: Tables) -> Iterator[str]:
    """One ballot of each who was told that they cast, the last one, and of nobody else."""
    sealed = tables.of_type("ballots.sealed").get(vote)
    if sealed is None:
        yield f"vote {vote} has ballots and was never sealed."
        return
    commitments = tables.blob(sealed["commitments"])
    if not sealed["count"] == len(commitments) == len(casts) or tables.blob(sealed["voted"]) != sorted(casts):
        yield f"vote {vote}: {sealed['count']} ballots sealed, {len(casts)} people were told that theirs counts."
    opened = tables.of_type("ballots.opened").get(vote)
    bodies = {one["commitment"]: one["body"]["approved"] for one in tables.blob(opened["ballots"])} if opened else {}
    for person, all_ in casts.items():
        last = all_[-1]
        if last.number not in {None, len(all_)}:
            yield f"vote {vote}: {person} cast {len(all_)} times, the receipt says {last.number}."
        if last.commitment and last.commitment not in commitments:
            yield f"vote {vote}: the last ballot of {person} is not among the sealed."
        elif last.commitment and opened and bodies[last.commitment] != list(last.approved):
            yield f"vote {vote}: the ballot of {person} was opened as another."


def _latest(
    what: str, told: Mapping[tuple[str, int], list[int]], there: Mapping[tuple[str, int], int]
) -> Iterator[str]:
    if {key: all_[-1] for key, all_ in told.items()} != there:
        yield f"{what}: {len(there)} there, {len(told)} acknowledged, or with other hours."


def _same(what: str, told: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    expected, found = Counter(told), Counter(there)
    yield from (f"{what}: “{one}” was acknowledged and is missing." for one in expected - found)
    yield from (f"{what}: “{one}” is there beyond what was acknowledged." for one in found - expected)


def _column(rows: psycopg.Cursor[Any]) -> list[str]:
    return [value for (value,) in rows]


def _by_two(rows: psycopg.Cursor[Any]) -> dict[tuple[str, int], int]:
    return {(first, second): value for first, second, value in rows}
