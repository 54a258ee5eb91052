"""Invariants of what the server has to do by the clock: phases begin, votes close, days are sealed, mail goes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q

from stoa.agenda.models import Round
from stoa.ballots.acts.closing import opening_due
from stoa.cli.checks import Invariant
from stoa.forum.queries.moderation import cases_for_operator
from stoa.kit import clock
from stoa.kit.bounces import HELD, WITHHELD
from stoa.kit.models import Mail
from stoa.kit.outbox import MOST_ATTEMPTS, REFUSED
from stoa.record.models import Pending
from stoa.record.queries import days_to_seal

GRACE = timedelta(minutes=2)
LATE_MAIL = timedelta(hours=1)
LATE_PLACE = timedelta(minutes=1)


def phases() -> Iterator[str]:
    """Every phase has begun whose instant has come."""
    late, phase = clock.now() - GRACE, Round.Phase
    due = (
        Q(phase=phase.ANNOUNCED, questions_open__lte=late)
        | Q(phase=phase.QUESTIONS, discussion_opens__lte=late)
        | Q(phase__in=[phase.QUESTIONS, phase.DISCUSSION], vote_opens__lte=late)
        | Q(phase=phase.VOTE, ballot__closes__lte=late)
    )
    yield from (
        f"{row.slug} is still in phase “{row.phase}”: does the worker run?" for row in Round.objects.filter(due)
    )
    for row in Round.objects.filter(phase=phase.CHECKING).select_related("ballot"):
        if row.ballot and opening_due(row.ballot) <= late:
            yield f"{row.slug} is still being checked: does the worker run?"


def sealed_days() -> Iterator[str]:
    """Every day that is over has its sealed entry."""
    days = days_to_seal()
    if len(days) > 1 or (days and clock.now().time().hour >= 1):
        yield f"{len(days)} days are not sealed, from {days[0]} on: does the worker run?"


def places() -> Iterator[str]:
    """No entry waits long for its place."""
    waiting = Pending.objects.filter(entry__at__lte=clock.now() - LATE_PLACE).count()
    if waiting:
        yield f"{waiting} entries wait for a place: does the worker run?"


def outbox() -> Iterator[str]:
    """No mail is stuck."""
    given_up = Mail.objects.filter(sent=None, attempts__gte=MOST_ATTEMPTS).exclude(error__in=[WITHHELD, HELD, REFUSED])
    if count := given_up.count():
        yield f"{count} mails could not be sent and are given up."
    late = Mail.objects.filter(sent=None, attempts__lt=MOST_ATTEMPTS, due__lte=clock.now() - LATE_MAIL).count()
    if late:
        yield f"{late} mails are more than an hour late: does the worker run, and does the mail server answer?"


def cases() -> Iterator[str]:
    """No case of moderation waits that nobody but the operator may decide."""
    if waiting := len(cases_for_operator()):
        yield f"{waiting} cases concern everybody who could decide them: look at `stoa moderate list`."


INVARIANTS = [
    Invariant("duties.places", "Entries get their places in time", places),
    Invariant("duties.phases", "No phase is overdue", phases),
    Invariant("duties.days", "Days that are over are sealed", sealed_days),
    Invariant("duties.mail", "No mail is stuck", outbox),
    Invariant("duties.cases", "No case waits for the operator", cases),
]
