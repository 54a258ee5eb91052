"""Mails to those who keep a call: decisions wait for a second person, an appeal for somebody who had no part in them."""

from __future__ import annotations

from django.conf import settings

from stoa.charter.queries import community, terms
from stoa.kit import outbox, wording
from stoa.members.models import Application, Call
from stoa.people.models import Person
from stoa.people.queries import holders

KEEPERS = ("founder", "steward")


def who_may(power: str, call: Call) -> list[Person]:
    """The founders and stewards to whom the charter gives a power over a call; none who applied to it."""
    roles = [role for role in KEEPERS if role in terms().powers.get(power, ())]
    applied = Application.objects.filter(call=call, person__isnull=False).values("person")
    found = {person.pk: person for role in roles for person in holders(role).exclude(pk__in=applied)}
    return [found[pk] for pk in sorted(found)]


def tell(people: list[Person], call: Call, text: str, path: str) -> None:
    """Mail these people that something of a call waits for them. The mail names the call alone. Inside an act."""
    for person in people:
        if person.email:
            subject, body = wording.mail(
                text,
                call=call.title,
                name=person.shown_name,
                page=settings.STOA.address + path,
                community=community().name,
            )
            outbox.post(kind=text, to=person.email, person_id=person.pk, subject=subject, body=body)
