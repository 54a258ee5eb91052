"""Terms that end and are renewed, and the yearly question whether ties are still as declared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from stoa.charter.queries import community, terms
from stoa.kit import clock, instants, outbox, wording
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed
from stoa.members.queries.terms import open_question, renewable
from stoa.people.events import RoleGiven
from stoa.people.models import Person, Role, TieQuestion


@act("members.membership.renew", on="person")
def renew(actor: Actor, *, person: Person, role: str) -> Role:
    """Renew a role of one's own that ends soon, for another term of the charter."""
    found = next((held for held in renewable(person.pk) if held.role == role), None)
    if found is None:
        raise Closed("This role does not end soon.", remedy="You are told by mail when it can be renewed.")
    held = Role.objects.select_for_update().get(pk=found.pk)
    assert held.end is not None
    held.end += timedelta(days=terms().lasting[role])
    held.noticed = None
    held.save(update_fields=["end", "noticed"])
    tell(RoleGiven(person.pk, role, None, clock.stamp(held.end)))
    return held


@act("members.term.notice", kind="private")
def give_notice(actor: Actor, *, role: Role) -> bool:
    """Tell somebody once that a role of theirs ends, and how it is renewed."""
    held = Role.objects.select_for_update(of=["self"]).select_related("person").get(pk=role.pk)
    if held.noticed or held.end is None:
        return False
    held.noticed = clock.now()
    held.save(update_fields=["noticed"])
    _mail(held.person, "term-ends", role=held.label, until=instants.say(held.end, "UTC"))
    return True


@act("members.ties.ask", kind="private")
def ask_about_ties(actor: Actor, *, people: Sequence[Person]) -> int:
    """Ask people whether their ties are still as they declared them."""
    asked = [person for person in people if open_question(person.pk) is None]
    TieQuestion.objects.bulk_create([TieQuestion(person=person, asked=clock.now()) for person in asked])
    for person in asked:
        _mail(person, "ties-asked")
    return len(asked)


@act("members.ties.confirm", on="person", kind="private")
def confirm_ties(actor: Actor, *, person: Person) -> TieQuestion:
    """Confirm that one's ties are as they stand on one's page."""
    question = TieQuestion.objects.select_for_update().filter(person=person, answered=None).first()
    if question is None:
        raise Closed("You are not asked about your ties now.", remedy="You can change them at any time.")
    question.answered = clock.now()
    question.save(update_fields=["answered"])
    return question


def _mail(person: Person, text: str, **values: str) -> None:
    if not person.email:
        return
    page = settings.STOA.address + reverse("members:membership")
    subject, body = wording.mail(text, name=person.shown_name, community=community().name, page=page, **values)
    outbox.post(kind=text, to=person.email, person_id=person.pk, subject=subject, body=body)
