"""A conversation from a Polis export as the discussion of a round: one act, whose people are the file's and no members."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from django.db import connection

from stoa.agenda import events
from stoa.agenda.acts.finding import statement_found
from stoa.agenda.models import Participant, Round, Statement
from stoa.kit import locks, search
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import AlreadyDone, Closed, Conflict
from stoa.methods.polis import Conversation

Progress = Callable[[int], None]
CHUNK = 5000
COPY = "COPY agenda_answer (participant_id, statement_id, value, at) FROM STDIN"
WORDLESS = "(a statement without words)"


@act("agenda.answers.import", on="round")
def import_answers(
    actor: Actor,
    *,
    round: Round,
    conversation: Conversation,
    digest: str,
    on_progress: Progress | None = None,
) -> Round:
    """Take statements and answers from another program's files into a discussion; the same files a second time change nothing."""
    round = locks.exclusive(round)
    _demand_empty(round, digest)
    statements = _statements(round, conversation)
    people = _participants(round, conversation)
    _answers(conversation, statements, people, on_progress)
    round.discussion_digest = digest
    round.save(update_fields=["discussion_digest"])
    tell(
        events.AnswersImported(
            str(round.pk),
            digest,
            len(statements),
            len(people),
            len(conversation.value),
            sum(conversation.skipped.values()),
        )
    )
    return round


def _demand_empty(round: Round, digest: str) -> None:
    if round.discussion_digest == digest:
        raise AlreadyDone(round.get_absolute_url())
    if round.discussion_digest:
        raise Conflict("Another conversation was imported into this round.", remedy="Announce a round for each.")
    if round.discussion_opens is None:
        raise Closed("This round has no discussion.", remedy="Announce a round with one, and import into that.")
    if not round.before_the_vote:
        raise Closed("The discussion of this round has ended.", remedy="Import into a round that has not voted.")
    if round.statements.exists():
        raise Conflict("This round has statements of its own.", remedy="Import into a round without statements.")


def _statements(round: Round, conversation: Conversation) -> list[int]:
    """The ids of the statements, in the order of the conversation's."""
    rows = [
        Statement(
            round=round,
            body=one.text or WORDLESS,
            state=Statement.State.REMOVED if one.moderated < 0 else Statement.State.STANDING,
            external_id=one.id,
        )
        for one in conversation.statements
    ]
    created = Statement.objects.bulk_create(rows)
    search.put_all([statement_found(row) for row in created if row.state == Statement.State.STANDING])
    return [row.pk for row in created]


def _participants(round: Round, conversation: Conversation) -> list[int]:
    rows = [Participant(round=round, external_id=one) for one in conversation.participants]
    Participant.objects.bulk_create(rows, batch_size=CHUNK)
    return [row.pk for row in rows]


def _answers(
    conversation: Conversation, statements: list[int], people: list[int], on_progress: Progress | None
) -> None:
    triples = zip(
        conversation.person.tolist(), conversation.statement.tolist(), conversation.value.tolist(), strict=True
    )
    done = 0
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        while part := list(islice(triples, CHUNK)):
            for person, statement, value in part:
                copy.write_row((people[person], statements[statement], value, None))
            done += len(part)
            if on_progress:
                on_progress(done)
