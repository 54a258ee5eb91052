"""The weekly digest: to whom it is due, and what it says. Public things, and what waits for its reader."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from stoa.agenda import events as agenda
from stoa.charter.queries import community
from stoa.kit import instants, wording
from stoa.kit.act import Actor
from stoa.people.invitations import way_out
from stoa.people.models import Digest, Person
from stoa.record.queries import placements
from stoa.record.words import Said, say
from stoa.site.queries.news import news
from stoa.site.queries.waiting import Waiting, waiting

HOUR = time(6, 0, tzinfo=UTC)
SENT_FOR = timedelta(days=2)
"""A server that was down on Monday still sends until Wednesday; later the digest would be old."""
WEEK = timedelta(days=7)
MOST_STEPS = 10
STEPS = [
    event.type
    for event in (
        agenda.RoundAnnounced,
        agenda.QuestionsOpened,
        agenda.DiscussionOpened,
        agenda.RoundDecided,
        agenda.RoundFailed,
    )
]
"""What everybody is told of, whatever they follow."""


def week_of(instant: datetime) -> str:
    """The ISO week of an instant, `2027-W09`."""
    year, week, _ = instant.isocalendar()
    return f"{year}-W{week:02}"


def begins(instant: datetime) -> datetime:
    """When the digests of this instant's week go out: Monday, six o'clock UTC."""
    return datetime.combine(instant.date() - timedelta(days=instant.weekday()), HOUR)


def due(now: datetime) -> QuerySet[Person]:
    """Who gets a digest now: whoever wants one, is not away, was here before the week began, and has not had this week's."""
    start = begins(now)
    if not start <= now < start + SENT_FOR:
        return Person.objects.none()
    away = Q(away_until__gte=now.date())
    had = Digest.objects.filter(week=week_of(now)).values("person")
    wanted = Person.objects.filter(wants_digest=True, is_active=True, email__isnull=False, joined__lt=start)
    return wanted.exclude(away).exclude(pk__in=had).order_by("pk")


def letter(person: Person, now: datetime) -> tuple[str, str] | None:
    """Subject and text of a person's digest; None where the week brought nothing new to them."""
    since = begins(now) - WEEK
    new = news(person.pk, since, viewer_id=None)
    told = {said.position for said in new}
    steps = [said for said in _steps(since) if said.position not in told]
    if not new and not steps:
        return None
    waits = waiting(Actor("person", person.pk), discreet=True)
    parts = [
        _part("Waits for you", map(_thing, waits)),
        _part("New in what you follow", map(_sentence, new)),
        _part("In the community", map(_sentence, steps)),
    ]
    return wording.mail(
        "digest",
        name=person.shown_name,
        community=community().name,
        body="\n\n".join(filter(None, parts)),
        address=settings.STOA.address,
        unsubscribe=way_out(person, "digest"),
    )


def _steps(since: datetime) -> list[Said]:
    rows = placements().filter(entry__type__in=STEPS, entry__at__gte=since)
    return say(list(rows[:MOST_STEPS]), None)


def _part(title: str, lines: Iterable[str]) -> str:
    said = list(lines)
    return "\n".join([title, "", *said]) if said else ""


def _thing(item: Waiting) -> str:
    due_by = f", by {instants.say(item.due, 'UTC', 'short')}" if item.due else ""
    return f"- {item.title} (about {item.takes}{due_by}; {item.whom})\n  {settings.STOA.address}{item.url}"


def _sentence(said: Said) -> str:
    return f"- {said.text}\n  {settings.STOA.address}{said.address}"
