"""Suspending a member for a time, with reasons, an appeal to others, and an early end; and leaving by oneself."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from stoa.charter.queries import community, terms
from stoa.kit import clock, instants, locks, outbox, wording
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.members import events
from stoa.people.joining import end
from stoa.people.models import Person, Suspension
from stoa.people.queries import roles_of, suspension_of

MOST_WORDS = 5_000


@act("members.suspension.give")
def suspend(actor: Actor, *, person: Person, code: str, words: str, days: int) -> Suspension:
    """Suspend a member for some days: the code is public, the words are for them and for who keeps the process."""
    if code not in Suspension.Code.values:
        raise Invalid("There is no such reason.", remedy=f"One of: {', '.join(Suspension.Code.values)}.", field="code")
    most = terms().windows.get("suspension_days_most", 90)
    if not 1 <= days <= most:
        raise Invalid(f"A suspension lasts 1 to {most} days.", remedy="Choose fewer.", field="days")
    if person.pk == actor.person_id:
        raise Refused("You can't suspend yourself.", remedy="You can leave.", code="own-suspension")
    person = locks.exclusive(person)
    if person.erased or not roles_of(person.pk):
        raise Closed("They hold no role here.", remedy="There is nothing to suspend them from.")
    if suspension_of(person.pk):
        raise Closed("They are suspended already.", remedy="Lift that first, to suspend them anew.")
    given = Suspension.objects.create(
        person=person,
        code=code,
        words=_checked(words, "words"),
        given_by_id=actor.person_id,
        start=clock.now(),
        end=clock.now() + timedelta(days=days),
    )
    tell(events.Suspended(person.pk, given.pk, code, clock.stamp(given.end)), {"words": given.words})
    _mail(given, "suspended")
    return given


@act("members.suspension.lift")
def lift(actor: Actor, *, suspension: Suspension) -> Suspension:
    """End a suspension before its time."""
    suspension = _running(suspension)
    if suspension.person_id == actor.person_id:
        raise Refused("This is your own suspension.", remedy="You can appeal.", code="own-suspension")
    suspension.lifted = clock.now()
    suspension.save(update_fields=["lifted"])
    tell(events.SuspensionLifted(suspension.person_id, suspension.pk))
    _mail(suspension, "suspension-ended")
    return suspension


@act("members.suspension.appeal", on="person", kind="private")
def appeal_suspension(actor: Actor, *, person: Person, words: str) -> Suspension:
    """Ask somebody who did not give it to look at one's suspension again, once, while it runs."""
    found = suspension_of(person.pk)
    if found is None:
        raise Closed("You are not suspended.", remedy="There is nothing to appeal against.")
    suspension = locks.exclusive(found)
    if suspension.appealed:
        raise Closed("Your appeal is made.", remedy="The answer comes by mail.")
    suspension.appeal, suspension.appealed = _checked(words, "words"), clock.now()
    suspension.save(update_fields=["appeal", "appealed"])
    return suspension


@act("members.suspension.decide_appeal")
def decide_suspension_appeal(actor: Actor, *, suspension: Suspension, granted: bool, reply: str) -> Suspension:
    """Decide an appeal against a suspension that somebody else gave: it ends, or it stands."""
    suspension = locks.exclusive(suspension)
    if not suspension.appealed or suspension.decided:
        raise Closed("There is no appeal to decide.")
    if actor.person_id in {suspension.given_by_id, suspension.person_id}:
        raise Refused(
            "You had a part in this suspension.", remedy="Somebody else has to look at it.", code="own-decision"
        )
    suspension.granted, suspension.reply = granted, _checked(reply, "reply")
    suspension.decided, suspension.decided_by_id = clock.now(), actor.person_id
    if granted and suspension.runs_at(clock.now()):
        suspension.lifted = clock.now()
    suspension.save()
    tell(events.SuspensionJudged(suspension.person_id, suspension.pk, granted))
    _mail(suspension, "suspension-judged")
    return suspension


@act("members.membership.leave", on="person")
def leave(actor: Actor, *, person: Person) -> Person:
    """Leave: one's roles end, what one did stays, ballots that were cast count; a call is the way back."""
    held = roles_of(person.pk)
    if not held:
        raise Closed("You hold no role here.", remedy="To be forgotten, erase your account.")
    for role in held:
        end(person, role.role, role.scope)
    return person


def _running(suspension: Suspension) -> Suspension:
    suspension = locks.exclusive(suspension)
    if not suspension.runs_at(clock.now()):
        raise Closed("This suspension is over.")
    return suspension


def _checked(words: str, field: str) -> str:
    if not words.strip() or len(words) > MOST_WORDS:
        raise Invalid("The text is empty or too long.", remedy=f"Use 1 to {MOST_WORDS:,} characters.", field=field)
    return words.strip()


def _mail(suspension: Suspension, text: str) -> None:
    """Tell them that something happened; what, stands on their own page alone."""
    person = suspension.person
    if not person.email:
        return
    page = settings.STOA.address + reverse("members:membership")
    until = instants.say(suspension.end, "UTC")
    subject, body = wording.mail(text, name=person.shown_name, community=community().name, page=page, until=until)
    outbox.post(kind=text, to=person.email, person_id=person.pk, subject=subject, body=body)
