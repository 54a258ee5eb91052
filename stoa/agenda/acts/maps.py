"""How an opinion map is published: rarely, after several people's answers, and so coarse that none of them shows."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db.models import QuerySet

from stoa.agenda.models import Answer, Participant, PublishedMap, Round, Statement
from stoa.kit import chance, clock, locks
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed
from stoa.methods.coarse_map import coarse
from stoa.methods.opinion_map import find_map

EVERY = timedelta(hours=1)
FEWEST_PEOPLE = 15
FEWEST_CHANGED = 5


@act("agenda.map.publish", on="round", kind="private")
def publish_map(actor: Actor, *, round: Round) -> PublishedMap:
    """Draw the opinion map anew, at most hourly, from fifteen people on and after at least five of them changed answers."""
    round = locks.exclusive(round)
    if not map_due(round):
        raise Closed("The opinion map stays as it is for now.")
    before = PublishedMap.objects.filter(round=round).first()
    secret = before.secret if before else chance.octets(32).hex()
    drawn, _ = PublishedMap.objects.update_or_create(
        round=round,
        defaults={
            "at": clock.now(),
            "people": _answering(round, clock.now())[0],
            "secret": secret,
            "data": _drawn(round, bytes.fromhex(secret)),
        },
    )
    return drawn


def map_due(round: Round) -> bool:
    """Whether the map may be drawn anew now: see docs/decisions/0024-the-public-map.md."""
    before = PublishedMap.objects.filter(round=round).only("at", "people").first()
    if before is not None and clock.now() < before.at + EVERY:
        return False
    people, changed = _answering(round, before.at if before else clock.now())
    if before is None:
        return people >= FEWEST_PEOPLE
    # People taken from a file have no instant, but come many at a time.
    return people >= FEWEST_PEOPLE and (changed >= FEWEST_CHANGED or people >= before.people + FEWEST_CHANGED)


def _answering(round: Round, since: datetime) -> tuple[int, int]:
    """How many gave an answer that counts, and how many of them changed one since then.

    Asked of one table at a time: what joins them looks through all answers once for each person where the database has no
    statistics yet, just after an import.
    """
    given = set(_answers(round).values_list("participant_id", flat=True).distinct())
    changed = Participant.objects.filter(round=round, changed__gt=since).values_list("pk", flat=True)
    return len(given), len(given.intersection(changed))


def _answers(round: Round) -> QuerySet[Answer]:
    """The answers that count: those to the round's statements that stand."""
    standing = Statement.objects.filter(round=round, state=Statement.State.STANDING)
    return Answer.objects.filter(statement__in=list(standing.values_list("pk", flat=True)))


def _drawn(round: Round, secret: bytes) -> dict[str, object]:
    """The coarse map of the answers to statements that stand."""
    rows = _answers(round).values_list("participant_id", "statement_id", "value").iterator(chunk_size=20_000)
    table = np.fromiter(rows, dtype=np.dtype((np.int64, 3)))
    people, person = np.unique(table[:, 0], return_inverse=True)
    statements, statement = np.unique(table[:, 1], return_inverse=True)
    found = find_map(
        person, statement, table[:, 2], people=len(people), statements=len(statements), seed=str(round.pk).encode()
    )
    return coarse(found, statements.tolist(), secret)
