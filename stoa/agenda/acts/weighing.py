"""How the draw of the next statement follows the answers: at most hourly, and never after those of a few people."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q

from stoa.agenda.models import AGREE, SKIP, Answer, Participant, Round, Statement
from stoa.kit import clock, locks
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed
from stoa.methods.routing import priorities

EVERY = timedelta(hours=1)
FEWEST_PEOPLE = 15
FEWEST_CHANGED = 5


@act("agenda.statements.weigh", on="round", kind="private")
def weigh_statements(actor: Actor, *, round: Round) -> Round:
    """Let the draw of the next statement follow the answers so far, at most hourly and after at least five people's."""
    round = locks.exclusive(round)
    if not weighing_due(round):
        raise Closed("The priorities of the statements stay as they are for now.")
    statements = list(round.statements.filter(state=Statement.State.STANDING))
    counts = {
        row["statement"]: (row["agrees"], row["passes"], row["seen"])
        for row in Answer.objects.filter(participant__round=round)
        .values("statement")
        .annotate(agrees=Count("pk", filter=Q(value=AGREE)), passes=Count("pk", filter=Q(value=SKIP)), seen=Count("pk"))
    }
    rows = [counts.get(statement.pk, (0, 0, 0)) for statement in statements]
    agrees, passes, seen = zip(*rows, strict=True) if rows else ((), (), ())
    for statement, priority in zip(statements, priorities(agrees, passes, seen), strict=True):
        statement.priority = float(priority)
    Statement.objects.bulk_update(statements, ["priority"], batch_size=500)
    round.weighed = clock.now()
    round.save(update_fields=["weighed"])
    return round


def weighing_due(round: Round) -> bool:
    """Whether the priorities may follow the answers now."""
    if round.phase != Round.Phase.DISCUSSION or (round.weighed and clock.now() < round.weighed + EVERY):
        return False
    people = Participant.objects.filter(round=round).exclude(answers=None)
    changed = Participant.objects.filter(round=round, changed__gt=round.weighed) if round.weighed else people
    return changed.count() >= FEWEST_CHANGED and people.distinct().count() >= FEWEST_PEOPLE
