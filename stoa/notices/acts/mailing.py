"""Mails about announcements and events. Each is called inside the act that causes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.urls import reverse

from stoa.charter.queries import community
from stoa.kit import instants, outbox, wording
from stoa.kit.outbox import Letter
from stoa.notices.models import Announcement, Event, Registration
from stoa.people.invitations import way_out
from stoa.people.models import Person
from stoa.people.queries import addressed


def mail_announcement(announcement: Announcement) -> None:
    """Mail an announcement to everybody who takes part and wants such mails."""
    people = addressed().filter(wants_mail=True, email__isnull=False)
    page = settings.STOA.address + announcement.get_absolute_url()
    author = announcement.drafted_by.shown_name if announcement.drafted_by else "the operator"
    values = {"title": announcement.title, "body": announcement.body, "author": author, "page": page}
    outbox.post_once(f"announcement-{announcement.pk}", "news", _letters(people, "news", **values))


def mail_registered(registration: Registration, text: str) -> None:
    """Mail one person that they have a place, wait for one, or gave theirs up."""
    person, event = registration.person, registration.event
    if not person.email:
        return
    subject, body = wording.mail(text, **_about(event), name=person.shown_name, link=_link(event, registration))
    outbox.post(kind=text, to=person.email, person_id=person.pk, subject=subject, body=body)


def mail_all_registered(event: Event, text: str, reason: str = "") -> None:
    """Mail everybody who registered or waits that the event changed or was cancelled."""
    for registration in event.registrations.select_related("person", "event").filter(person__email__isnull=False):
        person = registration.person
        values = {**_about(event), "reason": reason, "link": _link(event, registration)}
        subject, body = wording.mail(text, name=person.shown_name, **values)
        outbox.post(kind=text, to=person.email or "", person_id=person.pk, subject=subject, body=body)


def mail_reminders(event: Event) -> None:
    """Remind those who have a place and want such mails, once for each time at which the event is to begin."""
    rows = event.registrations.select_related("person").filter(waiting=False)
    wanted = rows.filter(person__wants_mail=True, person__email__isnull=False, person__is_active=True)
    people = [registration.person for registration in wanted]
    values = {**_about(event), "link": event.link or "none"}
    name = f"event-{event.pk}-{event.sequence}"
    outbox.post_once(name, "event-reminder", _letters(people, "event-reminder", **values))


def _letters(people: Iterable[Person], text: str, **values: str) -> Iterator[Letter]:
    named = community().name
    for person in people:
        stop = way_out(person)
        words = {**values, "name": person.shown_name, "community": named, "unsubscribe": stop}
        subject, body = wording.mail(text, **words)
        headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        yield Letter(to=person.email or "", subject=subject, body=body, person_id=person.pk, headers=headers)


def _about(event: Event) -> dict[str, str]:
    address = settings.STOA.address
    return {
        "event": event.title,
        "begins": instants.say(event.begins, event.zone),
        "ends": instants.say(event.ends, event.zone),
        "place": event.place or "none",
        "page": address + event.get_absolute_url(),
        "calendar": address + reverse("notices:event_calendar", args=[event.pk]),
        "community": community().name,
    }


def _link(event: Event, registration: Registration) -> str:
    """The link as this person may see it."""
    if event.link_hidden and registration.waiting:
        return "those who have a place get it"
    return event.link or "none"
