"""How somebody without an account comes to apply: by a link in a mail, which alone shows that they read that address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse

from stoa.charter.queries import community
from stoa.kit import clock, instants, outbox, wording
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Invalid
from stoa.members.models import Call
from stoa.members.rules import can_be_begun
from stoa.people.models import Person

SERVES = timedelta(hours=24)
SALT = "members.arriving"


@dataclass(frozen=True)
class Arrival:
    """What a link says: whose address it was sent to, for which call, and when. Nothing of it is kept until it is opened."""

    address: str
    call: str
    sent: datetime


@act("members.applicant.invite", on="call", kind="private")
def invite_applicant(actor: Actor, *, call: Call, address: str) -> None:
    """Mail a link that lets its reader apply to a call; for an address that has an account, it signs in."""
    address = _checked(address)
    if not can_be_begun(call):
        raise Closed("This call takes no applications now.", remedy="Its page says when it does.")
    told = {"a": address, "c": call.pk, "s": int(clock.now().timestamp())}
    link = settings.STOA.address + reverse("members:enter", args=[signing.dumps(told, salt=SALT)])
    subject, body = wording.mail(
        "call-enter",
        call=call.title,
        link=link,
        community=community().name,
        valid_until=instants.say(clock.now() + SERVES, "UTC"),
        address=settings.STOA.address,
    )
    outbox.post(kind="call-enter", to=address, subject=subject, body=body)


@act("members.applicant.arrive", on="call", kind="private")
def let_in(actor: Actor, *, call: Call, arrival: Arrival, name: str) -> Person:
    """Give somebody who opened the link that was mailed to them an account, so that they can apply; it has no role."""
    if arrival.call != call.pk:
        raise Invalid("This link is for another call.", remedy="Ask for a new one on the page of the call.")
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Invalid("The name is empty or too long.", remedy="Give the name that reviewers will see.", field="name")
    try:
        with transaction.atomic():
            return Person.objects.create(name=name, email=arrival.address)
    except IntegrityError:
        return Person.objects.get(email__iexact=arrival.address)


def read_link(token: str) -> Arrival | None:
    """What a link says, while it serves; None for one that is too old or was not made here."""
    try:
        told = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    sent = datetime.fromtimestamp(told["s"], UTC)
    return Arrival(told["a"], told["c"], sent) if clock.now() < sent + SERVES else None


def arriving(arrival: Arrival) -> Person | None:
    """Who has the address already, as their first or a confirmed further one."""
    person = Person.objects.filter(email__iexact=arrival.address, is_active=True).first()
    if person is not None:
        return person
    further = EmailAddress.objects.filter(email__iexact=arrival.address, verified=True, user__is_active=True).first()
    return Person.objects.get(pk=further.user_id) if further else None


def used_up(arrival: Arrival, person: Person | None) -> bool:
    """Whether the link let somebody in already: whoever signed in since it was sent needs another."""
    return person is not None and person.last_login is not None and person.last_login >= arrival.sent


def _checked(address: str) -> str:
    clean = address.strip().lower()
    try:
        validate_email(clean)
    except ValidationError as fault:
        raise Invalid("This is no e-mail address.", remedy="Write it as name@example.org.", field="address") from fault
    return clean
