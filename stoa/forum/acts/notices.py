"""Mails that moderation sends: to the author of a piece, to those who reported, to those for whom a case waits."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from stoa.charter.queries import community
from stoa.forum.models import Case
from stoa.forum.rules.moderation import handlers, offices
from stoa.forum.rules.pace import number
from stoa.forum.words.reasons import reason
from stoa.kit import clock, instants, outbox, wording
from stoa.kit.models import Mail
from stoa.kit.words import role_words
from stoa.people.models import Person

WAITING = "moderation-waiting"
BETWEEN = timedelta(days=1)
"""Whoever handles cases gets one mail a day at most that says that something waits."""


def tell_handlers(case: Case) -> None:
    """Mail those who handle the case that something waits for them, without saying what."""
    able = handlers(case, offices())
    told = Mail.objects.filter(kind=WAITING, person_id__in=able, created__gt=clock.now() - BETWEEN)
    for person in Person.objects.filter(pk__in=able).exclude(pk__in=told.values("person_id")):
        _send(WAITING, person, link=_page("forum:queue"))


def tell_author(case: Case, text: str) -> None:
    """Mail the author what was decided about their piece, for which reason, by which role, and what they can do."""
    if case.concerns is None or case.decided is None:
        return
    decided = reason(case.reason)
    _send(
        text,
        case.concerns,
        reason=str(decided.label),
        sentence=str(decided.sentence),
        role=role_words(case.role),
        until=instants.say(case.decided + timedelta(days=number("appeal_days")), "UTC"),
        link=_page("forum:about_mine"),
        conduct=_page("ledger:conduct"),
    )


def tell_reporters(case: Case) -> None:
    """Mail those who reported that it was decided; what, they read on their page."""
    for report in case.reports.select_related("reporter"):
        _send("report-decided", report.reporter, link=_page("forum:my_reports"))


def _page(name: str) -> str:
    return f"{settings.STOA.address}{reverse(name)}"


def _send(text: str, person: Person, **values: str) -> None:
    if not person.email:
        return
    subject, body = wording.mail(
        text, name=person.shown_name, community=community().name, address=settings.STOA.address, **values
    )
    outbox.post(kind=text, to=person.email, person_id=person.pk, subject=subject, body=body)
