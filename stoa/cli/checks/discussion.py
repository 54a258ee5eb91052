"""Invariants of discussions: commitments agree with the answers, and no link from person to answer outlives its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from django.db.models import F

from stoa.agenda.models import Answer, AnswersCommitted, Participant, Round, Statement
from stoa.agenda.queries.answers import answers_row
from stoa.cli.checks import Invariant
from stoa.kit import clock
from stoa.methods.commitment import commit
from stoa.methods.merkle import leaf_hash, root

GRACE = timedelta(minutes=2)


def own_rounds() -> Iterator[str]:
    """Whoever answers takes part in the round of the statement."""
    strays = Answer.objects.exclude(participant__round=F("statement__round")).count()
    if strays:
        yield f"{strays} answers are to statements of other rounds than their participants'."


def committed() -> Iterator[str]:
    """Every discussion that has ended was committed to, and while salts stand, to the answers that are there."""
    ended = Round.objects.exclude(discussion_opens=None).filter(phase__in=["vote", "checking", "agenda"])
    yield from (f"{row.slug}: its answers were not committed to." for row in ended.filter(answers_committed=None))
    for one in AnswersCommitted.objects.filter(unlinked=None).select_related("round"):
        if _root(one.round) != (one.count, one.root):
            yield f"{one.round.slug}: the answers are not those that were committed to."


def unlinked() -> Iterator[str]:
    """No answer and no statement has an owner after the time for checking."""
    for one in AnswersCommitted.objects.select_related("round"):
        late = one.unlinked is None and one.checked_until + GRACE < clock.now()
        if late:
            yield f"{one.round.slug}: who gave which answers should have been deleted: does the worker run?"
        if one.unlinked is not None and _owners(one.round):
            yield f"{one.round.slug}: answers or statements have owners after the link was deleted."


def _owners(round: Round) -> bool:
    people = Participant.objects.filter(round=round).exclude(person=None, salt="", commitment="", changed=None)
    return people.exists() or Statement.objects.filter(round=round).exclude(author=None).exists()


def _root(round: Round) -> tuple[int, str]:
    salts = dict(Participant.objects.filter(round=round).values_list("pk", "salt"))
    kept = dict(Participant.objects.filter(round=round).exclude(commitment="").values_list("pk", "commitment"))
    rows = Answer.objects.filter(participant__round=round).order_by("participant_id", "statement_id")
    found = rows.values_list("participant_id", "statement_id", "value").iterator(chunk_size=10_000)
    commitments = []
    for participant, answers in groupby(found, key=lambda row: row[0]):
        row = answers_row(round, ((statement, value) for _, statement, value in answers))
        salt = salts[participant]  # of somebody erased since, the commitment alone is left
        anew = commit(bytes.fromhex(salt), "stoa.answers.v1", str(round.pk), row) if salt else None
        commitments.append(anew or bytes.fromhex(kept.get(participant, "")))
    return len(commitments), root(leaf_hash(commitment) for commitment in sorted(commitments)).hex()


INVARIANTS = [
    Invariant("discussion.rounds", "Answers stay within their round", own_rounds),
    Invariant("discussion.committed", "Answers are those committed to", committed),
    Invariant("discussion.unlinked", "Answers are nobody's after their time", unlinked),
]
