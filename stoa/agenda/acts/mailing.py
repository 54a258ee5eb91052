"""Mails to everybody of a round: announcements that two people answer for, and the one reminder before a vote closes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from stoa.agenda import events
from stoa.agenda.models import Announcement, Round
from stoa.charter.queries import community, terms
from stoa.kit import clock, instants, locks, outbox, wording
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.people.links import make_link
from stoa.people.models import Person
from stoa.people.queries import addressed

MOST_BODY = 10_000


@act("agenda.announcement.draft", on="round")
def draft_announcement(actor: Actor, *, round: Round, subject: str, body: str) -> Announcement:
    """Draft a mail to everybody who may take part in a round."""
    subject = " ".join(subject.split())
    if not subject or len(subject) > 150:
        raise Invalid("The subject is empty or too long.", remedy="Use 1 to 150 characters.", field="subject")
    if not body.strip() or len(body) > MOST_BODY:
        raise Invalid("The text is empty or too long.", remedy=f"Use 1 to {MOST_BODY:,} characters.", field="body")
    draft = Announcement.objects.create(
        round=round, subject=subject, body=body.strip(), drafted_by_id=actor.person_id or ""
    )
    tell(events.AnnouncementDrafted(str(round.pk), str(draft.pk)), {"subject": subject, "body": draft.body})
    return draft


@act("agenda.announcement.confirm", on="announcement")
def confirm_announcement(actor: Actor, *, announcement: Announcement) -> Announcement:
    """Confirm a mail that somebody else drafted, and send it."""
    announcement = locks.exclusive(announcement)
    if announcement.confirmed:
        raise Closed("This mail went out already.", remedy="Draft another.")
    if announcement.drafted_by_id == actor.person_id:
        raise Refused("You drafted this mail.", remedy="Somebody else has to confirm it.", code="own-draft")
    author = Person.objects.get(pk=announcement.drafted_by_id).shown_name
    announcement.mails = addressed().count()
    _mail(
        announcement.round,
        addressed().filter(wants_mail=True, email__isnull=False),
        "announcement",
        title=announcement.subject,
        body=announcement.body,
        author=author,
    )
    announcement.confirmed, announcement.confirmed_by_id = clock.now(), actor.person_id
    announcement.save()
    tell(events.AnnouncementSent(str(announcement.round_id), str(announcement.pk), announcement.mails))
    return announcement


@act("agenda.reminder.send", on="round")
def send_reminders(actor: Actor, *, round: Round) -> Round:
    """Remind those who have not voted, once, some time before the vote closes."""
    round = locks.exclusive(round)
    if round.phase != Round.Phase.VOTE or round.reminded or clock.now() < reminder_due(round):
        raise Closed("No reminder is due.")
    assert round.ballot is not None
    waiting = Person.objects.filter(
        pk__in=round.ballot.voters.filter(paper=None).values("person"), wants_mail=True, is_active=True
    ).exclude(away_until__gte=clock.now().date())
    _mail(round, waiting, "vote-reminder")
    round.reminded = clock.now()
    round.save(update_fields=["reminded"])
    tell(events.RemindersSent(str(round.pk)))
    return round


def tell_of_opening(round: Round, questions: int) -> None:
    """Mail everybody on the voter list that the vote is open. To be called inside the act that opens it."""
    assert round.ballot is not None
    listed = Person.objects.filter(pk__in=round.ballot.voters.values("person"), wants_mail=True, is_active=True)
    _mail(round, listed, "vote-open", questions=str(questions), minutes=str(max(5, questions // 3)))


def reminder_due(round: Round) -> datetime:
    """When the one reminder goes out; of a vote shorter than that, half way through."""
    assert round.ballot is not None
    before = timedelta(hours=terms().windows["reminder_hours_before_close"])
    half_way = round.ballot.opens + (round.vote_closes - round.ballot.opens) / 2
    return max(round.vote_closes - before, half_way)


def _mail(round: Round, people: Iterable[Person], text: str, **values: str) -> None:
    hours = max(1, int((round.vote_closes - clock.now()).total_seconds() // 3600) + 1)
    next_address = reverse("agenda:vote" if round.ballot_id else "agenda:round", args=[round.slug])
    for person in people:
        if person.email is None:
            continue
        stop = settings.STOA.address + reverse("people:unsubscribe", args=[person.unsubscribe_token])
        subject, body = wording.mail(
            text,
            **{
                "round": round.title,
                "name": person.shown_name,
                "closes": instants.say(round.vote_closes, "AoE" if round.anywhere_on_earth else "UTC"),
                "link": make_link(person, hours=hours, once=False, next_address=next_address),
                "community": community().name,
                "address": settings.STOA.address,
                "unsubscribe": stop,
                **values,
            },
        )
        outbox.post(
            kind=text,
            to=person.email,
            person_id=person.pk,
            subject=subject,
            body=body,
            headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
