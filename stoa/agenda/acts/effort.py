"""Acts on effort: estimates by others than the proposer, and offers of hours, from which the capacity is made."""

from __future__ import annotations

from stoa.agenda import events
from stoa.agenda.acts.questions import proposed, taking_questions
from stoa.agenda.models import Estimate, Offer, Question
from stoa.charter.queries import terms
from stoa.kit import clock
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Invalid, Refused

MOST_HOURS = 100_000
EACH = ["question", "person"]
"""One estimate and one offer each: another takes the place of the first."""


@act("agenda.effort.estimate", on="question")
def estimate_effort(actor: Actor, *, question: Question, low: int, high: int) -> Estimate:
    """Estimate how many hours a question takes, as a range; a second estimate replaces the first."""
    taking_questions(question.round)
    question = proposed(question)
    if question.author_id == actor.person_id:
        raise Refused("You proposed this question.", remedy="Its effort is estimated by others.", code="own-question")
    if not 1 <= low <= high <= MOST_HOURS:
        raise Invalid(
            "This is not a range of hours.",
            remedy=f"Give whole hours from 1 to {MOST_HOURS:,}, the smaller number first.",
            field="low",
        )
    estimate = Estimate(question=question, person_id=str(actor.person_id), low=low, high=high, at=clock.now())
    Estimate.objects.bulk_create(
        [estimate], update_conflicts=True, unique_fields=EACH, update_fields=["low", "high", "at"]
    )
    tell(events.EffortEstimated(str(question.pk), low, high))
    return estimate


@act("agenda.hours.offer", on="question")
def offer_hours(actor: Actor, *, question: Question, hours: int) -> Offer | None:
    """Offer hours of one's own for a question, should it be chosen; 0 takes the offer back."""
    taking_questions(question.round)
    question = proposed(question)
    most = terms().limits["hours_per_offer"]
    if not 0 <= hours <= most:
        raise Invalid(f"{hours} hours can't be offered.", remedy=f"Give whole hours from 0 to {most:,}.", field="hours")
    tell(events.HoursOffered(str(question.pk), hours))
    if hours == 0:
        Offer.objects.filter(question=question, person_id=actor.person_id).delete()
        return None
    offer = Offer(question=question, person_id=str(actor.person_id), hours=hours, at=clock.now())
    Offer.objects.bulk_create([offer], update_conflicts=True, unique_fields=EACH, update_fields=["hours", "at"])
    return offer
