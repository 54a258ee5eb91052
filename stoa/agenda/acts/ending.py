"""How a discussion ends: its answers are committed to when the vote opens, and later cease to be anyone's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.db import connection

from stoa.agenda import events
from stoa.agenda.models import Answer, AnswersCommitted, Participant, Round, Statement
from stoa.agenda.queries.answers import answers_row
from stoa.charter.queries import terms
from stoa.forum.acts.writing import unlink_writers
from stoa.kit import chance, clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed
from stoa.methods.commitment import commit
from stoa.methods.merkle import leaf_hash, root

CHUNK = 1000


def commit_answers(round: Round) -> None:
    """Commit to the answers of everybody who gave one. To be called inside the act that ends the discussion."""
    commitments: list[str] = []
    waiting: list[Participant] = []
    for participant in _committed(round):
        waiting.append(participant)
        commitments.append(participant.commitment)
        if len(waiting) == CHUNK:
            _keep(waiting)
            waiting = []
    _keep(waiting)
    found = root([leaf_hash(bytes.fromhex(commitment)) for commitment in sorted(commitments)]).hex()
    AnswersCommitted.objects.create(
        round=round, count=len(commitments), root=found, window_hours=terms().windows["check_hours"]
    )
    tell(events.AnswersCommitted(str(round.pk), len(commitments), found))


@act("agenda.answers.unlink", on="round")
def unlink_answers(actor: Actor, *, round: Round) -> Round:
    """Delete who gave which answers and who wrote which statement, when the time for checking is over."""
    round = locks.exclusive(round)
    committed = AnswersCommitted.objects.select_for_update().filter(round=round).first()
    _demand_over(round, committed)
    Participant.objects.filter(round=round).update(person=None, changed=None, salt="", commitment="")
    Answer.objects.filter(participant__round=round).update(at=None)
    unlink_writers([statement.reference for statement in round.statements.only("pk")])
    Statement.objects.filter(round=round).update(author=None)
    if committed is not None:
        committed.unlinked = clock.now()
        committed.save(update_fields=["unlinked"])
    tell(events.AnswersUnlinked(str(round.pk)))
    return round


def _demand_over(round: Round, committed: AnswersCommitted | None) -> None:
    """Raise `Closed` unless the links may go: after the time for checking, or where a restore lost the commitment."""
    if committed is None and round.phase != Round.Phase.FAILED:
        raise Closed("The discussion has not ended yet.")
    if committed is not None and committed.unlinked is not None:
        raise Closed("This was done already.")
    if committed is not None and clock.now() < committed.checked_until:
        raise Closed(
            "It is too early.", remedy=f"The time for checking ends at {clock.stamp(committed.checked_until)}."
        )


def _committed(round: Round) -> Iterator[Participant]:
    """Everybody with an answer, each with a fresh salt and the commitment to their answers."""
    rows = Answer.objects.filter(participant__round=round).order_by("participant_id", "statement_id")
    found = rows.values_list("participant_id", "statement_id", "value").iterator(chunk_size=10_000)
    for participant, answers in groupby(found, key=lambda row: row[0]):
        salt = chance.octets(32)
        row = answers_row(round, ((statement, value) for _, statement, value in answers))
        commitment = commit(salt, "stoa.answers.v1", str(round.pk), row)
        yield Participant(pk=participant, salt=salt.hex(), commitment=commitment.hex())


def _keep(participants: list[Participant]) -> None:
    columns = ([p.pk for p in participants], [p.salt for p in participants], [p.commitment for p in participants])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE agenda_participant p SET salt = n.salt, commitment = n.commitment"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS n (id, salt, commitment) WHERE p.id = n.id",
            columns,
        )
