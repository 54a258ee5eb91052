"""Mails to reviewers: asked, given something to read, and due soon. They name the panel and a number, never a text or a person."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from stoa.charter.queries import community
from stoa.kit import instants, outbox, wording
from stoa.review.models import Seat


def tell_invited(seat: Seat) -> None:
    """Mail somebody that they are asked to review. Inside an act."""
    _tell(seat, "review-invited", load=str(seat.load), minutes=str(seat.panel.minutes_each))


def tell_assigned(seat: Seat, count: int) -> None:
    """Mail a reviewer how many more texts they were given. Inside an act."""
    _tell(seat, "review-assigned", count=_texts(count), minutes=str(seat.panel.minutes_each))


def tell_due(seat: Seat, count: int) -> None:
    """Mail a reviewer that reviews are due soon. Inside an act."""
    _tell(seat, "review-due", count=_texts(count))


def _texts(count: int) -> str:
    return "1 text" if count == 1 else f"{count} texts"


def _tell(seat: Seat, text: str, **values: str) -> None:
    person, panel = seat.person, seat.panel
    if not person.email:
        return
    subject, body = wording.mail(
        text,
        panel=panel.title,
        name=person.shown_name,
        due=instants.say(panel.deadline, "UTC"),
        page=settings.STOA.address + reverse("review:desk", args=[panel.pk]),
        community=community().name,
        **values,
    )
    outbox.post(kind=text, to=person.email, person_id=person.pk, subject=subject, body=body)
