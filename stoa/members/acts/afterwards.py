"""After a call is decided: a place that comes free moves the waiting list, and an appeal goes to people who did not decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from stoa.charter.queries import terms
from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.members import events
from stoa.members.acts.deciding import write
from stoa.members.acts.deciding_mails import tell as tell_keepers
from stoa.members.acts.deciding_mails import who_may
from stoa.members.acts.deciding_panel import KIND
from stoa.members.models import Appeal, Application, Bar, Call, Decision, Part
from stoa.members.queries.terms import has_room
from stoa.people.joining import end, take_in
from stoa.people.models import Person
from stoa.people.queries import account_now, accounts_of, roles_of
from stoa.review.queries import read_it

MOST_WORDS = 5_000
OUTCOME = Decision.Outcome
GRANTED = {
    "subject": "Your appeal is granted: [[call]]",
    "body": "Hello [[name]],\n\nyour appeal is granted: you are admitted, and a [[role]] from now on.\n\n[[reply]]",
}
STANDS = {
    "subject": "Your appeal: the decision stands: [[call]]",
    "body": "Hello [[name]],\n\npeople who had no part in it looked at the decision again. It stands.\n\n[[reply]]",
}


@act("members.place.give_up", on="decision")
def give_up_place(actor: Actor, *, decision: Decision) -> Decision:
    """Give up the place that one got, while places still move: whoever is first on the waiting list gets it. Or leave that list."""
    call = _decided(decision.application.call)
    decision = locks.exclusive(decision)
    if decision.outcome not in {OUTCOME.ADMITTED, OUTCOME.WAITING}:
        raise Closed("There is no place to give up.")
    if not places_move(call):
        raise Closed("Places of this call move no more.", remedy="You can leave the community instead.")
    person = decision.application.person
    if decision.outcome == OUTCOME.ADMITTED and person and any(r.role == call.admits for r in roles_of(person.pk)):
        end(person, call.admits)  # which lets go of the place
        decision.refresh_from_db()
    else:
        _let_go(call, decision)
    return decision


def leave_place(person: Person, role: str) -> None:
    """Whoever ceases to hold the role that a call gave them lets go of their place, while places move. Inside an act.

    So do they of one that an account had which was joined with theirs.
    """
    rows = Decision.objects.filter(application__person__in=accounts_of(person.pk), outcome=OUTCOME.ADMITTED)
    for decision in rows.filter(application__call__admits=role, application__call__phase=Call.Phase.DECIDED):
        call = locks.exclusive(decision.application.call)
        if places_move(call):
            _let_go(call, decision)


@act("members.appeal.make", on="decision", kind="private")
def appeal(actor: Actor, *, decision: Decision, words: str) -> Appeal:
    """Ask people who did not decide it to look at a decision about one's application again; once, while the time for it runs."""
    call = _decided(decision.application.call)
    decision = locks.exclusive(decision)
    if decision.outcome not in {OUTCOME.WAITING, OUTCOME.DECLINED} or Appeal.objects.filter(decision=decision).exists():
        raise Closed("Against this decision there is no appeal, or yours is made.")
    if clock.now() >= appeal_until(call):
        raise Closed("The time for an appeal is over.", remedy="The next call is open to you.")
    if not words.strip() or len(words) > MOST_WORDS:
        raise Invalid("The appeal is empty or too long.", remedy=f"Use 1 to {MOST_WORDS:,} characters.", field="words")
    made = Appeal.objects.create(decision=decision, words=words.strip())
    may = who_may("members.appeal.decide", call)
    others = [one for one in may if not had_part(call, decision.application_id, one.pk)]
    tell_keepers(others, call, "appeal-made", reverse("members:appeals", args=[call.slug]))
    return made


@act("members.appeal.decide", on="call", kind="sealed")
def decide_appeal(actor: Actor, *, call: Call, appeal: Appeal, granted: bool, reply: str) -> Appeal:
    """Decide an appeal, as somebody who had no part in the decision: admit, or say why it stands.

    Whoever is admitted is so beyond the places. That they hold a role is public, as of everybody; the rest is sealed.
    """
    call = _decided(call)
    appeal = locks.exclusive(appeal)
    if appeal.decided or appeal.decision.application.call_id != call.pk:
        raise Closed("This appeal is decided already.")
    if had_part(call, appeal.decision.application_id, actor.person_id):
        raise Refused(
            "You had a part in this decision.", remedy="Somebody else has to look at it.", code="own-decision"
        )
    if not reply.strip() or len(reply) > MOST_WORDS:
        raise Invalid("The answer is empty or too long.", remedy=f"Use 1 to {MOST_WORDS:,} characters.", field="reply")
    decision = locks.exclusive(appeal.decision)
    if granted and decision.outcome == OUTCOME.GIVEN_UP:
        raise Closed("They left the waiting list since they appealed.", remedy="Let the decision stand.")
    new = granted and decision.outcome != OUTCOME.ADMITTED  # who moved up meanwhile is admitted already
    if new and not has_room(decision.application, call.admits):
        raise Refused(
            "The sponsor’s share has no room for them.",
            remedy="The charter fixes that share. It can be granted once others are members, or people of the sponsor’s leave.",
            code="sponsor-share",
        )
    appeal.granted, appeal.reply = granted, reply.strip()
    appeal.decided, appeal.decided_by_id = clock.now(), actor.person_id
    appeal.save()
    if new:
        _admit(call, decision)
    write(call, decision, GRANTED if granted else STANDS, reply=appeal.reply)
    person_id = decision.application.person_id or ""
    tell(events.AppealDecided(decision.application_id, call.pk, person_id, granted))
    return appeal


def appeal_until(call: Call) -> datetime:
    """Until when one may appeal against what was released."""
    released = call.release.confirmed
    assert released is not None
    return released + timedelta(days=terms().windows.get("appeal_days", 14))


def places_move_until(call: Call) -> datetime:
    """Until when a place that comes free goes to who waits, and the waiting list stands."""
    released = call.release.confirmed
    assert released is not None
    return released + timedelta(days=terms().windows.get("places_move_days", 90))


def places_move(call: Call) -> bool:
    """Whether they move now."""
    return clock.now() < places_move_until(call)


def deciders(call: Call) -> set[str | None]:
    """Who had a part in all decisions of a call: who gave a bar or set it, made the order, drafted and released the letters."""
    release = call.release
    bars = Bar.objects.filter(call=call).values_list("person_id", flat=True)
    parts = Part.objects.filter(call=call, application=None).values_list("person_id", flat=True)
    return {release.drafted_by_id, release.confirmed_by_id, *bars, *parts}


def had_part(call: Call, application_id: str, person_id: str | None) -> bool:
    """Whether somebody had a part in the decision about an application.

    It is their own, they decided the call, wrote the reason, or were given this one to read.
    """
    if Application.objects.filter(pk=application_id, person=person_id).exists():
        return True
    if Part.objects.filter(application=application_id, person=person_id).exists():
        return True
    read = call.panel is not None and read_it(call.panel, KIND, application_id, person_id)
    return read or person_id in deciders(call)


def _let_go(call: Call, decision: Decision) -> None:
    """Let go of a place, which goes to whoever follows, or of one on the waiting list. Whom an appeal admitted had no place."""
    beyond = Appeal.objects.filter(decision=decision, granted=True).exists()
    had_place = decision.outcome == OUTCOME.ADMITTED and not beyond
    decision.outcome, decision.moved = OUTCOME.GIVEN_UP, clock.now()
    decision.save(update_fields=["outcome", "moved"])
    if had_place:
        tell(events.PlaceMoved(call.pk, int(_move_up(call))))


def _move_up(call: Call) -> bool:
    waiting = Decision.objects.select_for_update(of=["self"]).filter(application__call=call, outcome=OUTCOME.WAITING)
    following = next((one for one in waiting.order_by("place") if has_room(one.application, call.admits)), None)
    if following is None:
        return False
    _admit(call, following)
    write(call, following, call.release.letters[OUTCOME.ADMITTED])
    return True


def _admit(call: Call, decision: Decision) -> None:
    decision.outcome, decision.moved = OUTCOME.ADMITTED, clock.now()
    decision.save(update_fields=["outcome", "moved"])
    if decision.application.person:
        take_in(account_now(decision.application.person), call.admits)


def _decided(call: Call) -> Call:
    call = locks.exclusive(call)
    if call.phase != Call.Phase.DECIDED:
        raise Closed("This call is not decided yet.")
    return call
