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
from stoa.kit.words import role_words
from stoa.people.models import Person

WAITING = "moderation-waiting"


def tell_handlers(case: Case) -> None:
    """Mail those who handle the case that something waits for them, without saying what; each once a day at most.

    All of them are posted to every time, and the outbox takes one a day: how long it takes tells nobody what else waits.
    """
    able = Person.objects.filter(pk__in=handlers(case, offices()), email__isnull=False)
    letters = [_letter(WAITING, person, link=_page("forum:queue")) for person in able]
    outbox.post_once(f"{clock.now():%Y-%m-%d}", WAITING, letters)


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
    if person.email:
        outbox.post(kind=text, **_letter(text, person, **values))


def _letter(text: str, person: Person, **values: str) -> outbox.Letter:
    """The mail of this kind to somebody who has an address."""
    subject, body = wording.mail(
        text, name=person.shown_name, community=community().name, address=settings.STOA.address, **values
    )
    return outbox.Letter(to=person.email or "", subject=subject, body=body, person_id=person.pk)
