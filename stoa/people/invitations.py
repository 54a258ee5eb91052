"""Mails to one person: invitations with a link that lets their reader in, a test, and what they can unsubscribe from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.urls import reverse

from stoa.kit import clock, instants, outbox, wording
from stoa.kit.models import Mail
from stoa.people.links import make_link
from stoa.people.models import Person

Text = Literal["first-member", "founder"]


@dataclass(frozen=True)
class Invitation:
    """What an invitation says besides its reader's name and link, and for how many hours the link serves."""

    community: str
    contact: str
    inviter: str
    hours: int = 14 * 24

    @property
    def valid_until(self) -> datetime:
        """When a link given out now expires."""
        return clock.now() + timedelta(hours=self.hours)


def words(invitation: Invitation, text: Text, *, name: str, link: str) -> tuple[str, str]:
    """Subject and body of the mail as this person gets it."""
    return wording.mail(
        text,
        name=name,
        link=link,
        community=invitation.community,
        inviter=invitation.inviter,
        contact=invitation.contact,
        valid_until=instants.say(invitation.valid_until, "UTC"),
        address=settings.STOA.address,
    )


def invite(person: Person, invitation: Invitation, text: Text) -> Mail:
    """Put the invitation in the outbox. To be called inside the act that takes the person in."""
    link = make_link(person, hours=invitation.hours, once=True)
    subject, body = words(invitation, text, name=person.name, link=link)
    return outbox.post(kind=text, to=person.email or "", person_id=person.pk, subject=subject, body=body)


def send_test(person: Person, community: str) -> Mail:
    """Put a test mail to this person in the outbox."""
    at = instants.say(clock.now(), "UTC")
    subject, body = wording.mail(
        "test", community=community, name=person.shown_name, at=at, address=settings.STOA.address
    )
    return outbox.post(kind="test", to=person.email or "", person_id=person.pk, subject=subject, body=body)


def way_out(person: Person, of: Literal["", "digest"] = "") -> str:
    """The full address that ends such mails for this person with one click."""
    path = reverse("people:no_digest" if of else "people:unsubscribe", args=[person.unsubscribe_token])
    return settings.STOA.address + path


def send_letter(person: Person, kind: Literal["digest"], subject: str, body: str) -> Mail:
    """Put a mail that this person can unsubscribe from with one click in the outbox (RFC 8058)."""
    headers = {"List-Unsubscribe": f"<{way_out(person, kind)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return outbox.post(
        kind=kind, to=person.email or "", person_id=person.pk, subject=subject, body=body, headers=headers
    )
