"""Sign-in links: for the operator's console and for mails. Signing in is not an act and leaves no entry."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from stoa.kit import chance, clock
from stoa.people.models import Person, SignInLink
from stoa.people.queries import holders

REPEATED = "repeated-link"
"""How a session is marked that began with a link of a vote: such a mail may have been passed on."""


def make_link(person: Person, *, hours: int, once: bool, next_address: str = "/", console: bool = False) -> str:
    """A full address that signs this person in until it expires; opened with `once`, it serves one time.

    `console` is for links that the operator is shown at the command line: they count as a second factor.
    """
    token = chance.token()
    SignInLink.objects.create(
        person=person,
        token_hash=hashed(token),
        expires=clock.now() + timedelta(hours=hours),
        once=once,
        console=console,
        next=next_address,
    )
    return settings.STOA.address + reverse("people:link", args=[token])


def hashed(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find(token: str) -> SignInLink | None:
    """The link of this token if it still serves; None when it is unknown, used up or expired."""
    link = SignInLink.objects.select_related("person").filter(token_hash=hashed(token), expires__gt=clock.now()).first()
    if link is None or (link.once and link.used) or not link.person.is_active:
        return None
    return link


def take(token: str) -> SignInLink | None:
    """Use the link: marks it used in one statement, so that of two requests at most one gets a one-time link."""
    link = find(token)
    if link is None:
        return None
    unused = (
        SignInLink.objects.filter(pk=link.pk) if not link.once else SignInLink.objects.filter(pk=link.pk, used=None)
    )
    return link if unused.update(used=clock.now()) else None


def first_link() -> str | None:
    """A one-time link for the first steward, or while there is none the first founder; None on a server without either."""
    person = holders("steward").order_by("joined", "pk").first() or holders("founder").order_by("joined", "pk").first()
    return make_link(person, hours=24, once=True, console=True) if person else None
