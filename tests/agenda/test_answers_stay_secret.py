"""After the close too, nothing that anybody is shown follows from one person's answer; while it is open: `tests/leaks`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from stoa.agenda.models import Round
from stoa.agenda.tasks import advance
from stoa.kit.models import Mail
from tests.agenda.discussing import answer, in_discussion, state
from tests.cast import Cast, browser, settle

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
DRAWN = re.compile(
    rb'[0-9a-f]{64}|(?:csrfmiddlewaretoken|once)" value="[^"]+"|value="[^"]+" name="once"|[A-Za-z0-9_+/=-]{32,}'
)
"""What chance draws or follows from it: salted commitments, tokens, hashes and proofs of the record.

Proofs of one's own answers are left out: the place of a row among all is drawn with its salt.
"""

PATHS = [
    "/",
    "/agenda",
    "/agenda/2027",
    "/agenda/2027/history",
    "/agenda/2027/discussion",
    "/agenda/2027/discussion?format=json",
    "/agenda/2027/discussion/answers",
    "/agenda/2027/discussion/propose",
    "/agenda/2027/statement/{statement}",
    "/agenda/2027/map",
    "/governance",
    "/governance/charter",
    "/record",
    "/api/v1/rounds",
    "/api/v1/rounds/2027",
    "/api/v1/rounds/2027/statements",
    "/api/v1/rounds/2027/statements/{statement}",
    "/api/v1/rounds/2027/next-statement",
    "/api/v1/rounds/2027/answers",
    "/api/v1/rounds/2027/polis",
]
Shown = dict[tuple[str, str], tuple[int, bytes]]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def shown(cast: Cast, statement: int) -> Shown:
    """What every part but the one whose answer it is gets to see."""
    settle()
    people = {
        "visitor": None,
        "member": cast.members[-2],
        "author": cast.author,
        "steward": cast.steward,
        "founder": cast.founder,
        "facilitator": cast.facilitator,
        "scrutineer": cast.scrutineers[0],
    }
    found: Shown = {}
    for role, person in people.items():
        client: Client = browser(person)
        for path in PATHS:
            response = client.get(path.format(statement=statement))
            body = b"".join(response) if response.streaming else response.content
            found[role, path] = (response.status_code, DRAWN.sub(b"", body))
    return found


def told(round_: Round, cast: Cast, statement: int, value: int, hours: float) -> tuple[Shown, list[str]]:
    """The same once the vote has opened, where the last of the members answered the statement in this way."""
    with undone():
        cache.clear()
        answer(cast.members[-1:], round_.statements.get(pk=statement), value)
        with time_machine.travel(round_.vote_opens + timedelta(seconds=1), tick=False):
            advance()
        with time_machine.travel(round_.vote_opens + timedelta(hours=hours), tick=False):
            advance()
            mails = list(Mail.objects.order_by("pk").values_list("subject", flat=True))
            return shown(cast, statement), mails


@pytest.mark.parametrize("hours", [1, 30])
def test_after_the_close_nothing_follows_from_one_persons_answer(hours: float) -> None:
    with time_machine.travel(NOW, tick=False):
        cast = Cast()
        cast.admit(14)
        round_ = in_discussion(cast)
        statements = [state(round_, f"Claim number {n} about leaks.", cast.author).pk for n in range(3)]
        for pk in statements:
            answer(cast.members[:-1], round_.statements.get(pk=pk), 1)
        one, mails = told(round_, cast, statements[-1], 1, hours)
        other, other_mails = told(round_, cast, statements[-1], -1, hours)
    assert {key for key in one if one[key] != other[key]} == set()
    assert mails == other_mails
    assert one["visitor", "/agenda/2027/discussion"][0] == 200
    assert {status for (_, path), (status, _) in one.items() if path.endswith("polis")} == {409}
