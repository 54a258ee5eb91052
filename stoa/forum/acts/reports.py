"""Reporting: anybody who takes part asks moderators to look at a piece, or at how somebody behaves; and appeals."""

from __future__ import annotations

from datetime import datetime, timedelta

from stoa.forum.acts.notices import tell_handlers
from stoa.forum.models import Appeal, Case, Report
from stoa.forum.rules.moderation import offices
from stoa.forum.rules.pace import REPORTS, number
from stoa.forum.words.reasons import REASONS
from stoa.kit import clock, instants, locks, moderated, registry
from stoa.kit.act import Actor, act
from stoa.kit.faults import Closed, Invalid, TooFast
from stoa.kit.moderated import Piece, State
from stoa.people.models import Person

MOST_WORDS = 2000
DAY = timedelta(days=1)


@act(REPORTS, kind="private")
def report(actor: Actor, *, reference: str, reason: str, words: str = "") -> Report:
    """Ask moderators to look at a post, a statement, or how somebody behaves; a second report of yours replaces the first."""
    assert actor.person_id is not None
    reason, words = checked_reason(reason, of_conduct=reference.startswith("person:")), checked_words(words)
    _not_too_many(actor.person_id)
    whom, text = _reported(reference, actor.person_id)
    case = open_case(reference, whom, text)
    made, _ = Report.objects.update_or_create(
        case=case, reporter_id=actor.person_id, defaults={"reason": reason, "words": words, "at": clock.now()}
    )
    tell_handlers(case)  # at every report: what is done must not tell whether somebody else has reported this
    return made


@act("forum.appeal.make", on="case", kind="private")
def appeal(actor: Actor, *, case: Case, words: str) -> Appeal:
    """Ask those who did not decide it to look again at what was removed of yours; once, while the time for it runs."""
    case = locks.exclusive(case)
    if case.outcome != Case.Outcome.REMOVED or case.decided is None or case.restored:
        raise Closed("Nothing of yours is removed here.", remedy="There is nothing to appeal against.")
    if Appeal.objects.filter(case=case).exists():
        raise Closed("You have appealed against this once.", remedy="The outcome of that appeal counts.")
    until = appeal_until(case)
    if clock.now() >= until:
        raise Closed(f"The time for an appeal ended on {instants.say(until, 'UTC')}.", remedy="It stays removed.")
    words = checked_words(words)
    if not words:
        raise Invalid("You have not said why.", remedy="Say what those who look again should know.", field="words")
    made = Appeal.objects.create(case=case, words=words)
    tell_handlers(case)
    return made


def appeal_until(case: Case) -> datetime:
    """Until when the author may appeal against this decision."""
    assert case.decided is not None
    return case.decided + timedelta(days=number("appeal_days"))


def open_case(reference: str, concerns_id: str | None, text: str) -> Case:
    """The open case about this reference, begun if there is none, alone until the transaction ends.

    One is always put and then one read, so that as much is done where there is one as where there is none.
    """
    apart = concerns_id in offices().keepers
    while True:
        put = Case(subject=reference, concerns_id=concerns_id, text=text, apart=apart)
        Case.objects.bulk_create([put], ignore_conflicts=True)
        case = Case.objects.select_for_update().filter(subject=reference, decided=None).first()
        if case is not None:  # else somebody decided it between the two
            return case


def checked_reason(reason: str, *, of_conduct: bool = False) -> str:
    """A code of the list; raises `Invalid` for another."""
    if reason not in REASONS or (of_conduct and not REASONS[reason].conduct):
        fitting = [code for code, each in REASONS.items() if each.conduct or not of_conduct]
        raise Invalid("This is none of the reasons.", remedy=f"Choose one of: {', '.join(fitting)}.", field="reason")
    return reason


def checked_words(words: str) -> str:
    """A remark that the database can hold and somebody can read; raises `Invalid` for a longer one."""
    words = words.replace("\r\n", "\n").replace("\0", "").strip()
    if len(words) > MOST_WORDS:
        raise Invalid(f"The text has {len(words)} characters.", remedy=f"Use {MOST_WORDS} at most.", field="words")
    return words


def standing_piece(reference: str) -> Piece:
    """The piece of this reference; raises `Invalid` where there is none."""
    piece = moderated.pieces([reference]).get(reference)
    if piece is None:
        raise Invalid("There is nothing here that can be moderated.", remedy="Check the reference.", field="reference")
    return piece


def _reported(reference: str, reporter_id: str) -> tuple[str | None, str]:
    """Whom a report of this reference concerns, and what the piece says; raises where it can't be reported."""
    if reference not in registry.show([reference], reporter_id):
        raise Invalid("There is nothing here that you can report.", remedy="Check the address.", field="reference")
    if reference.startswith("person:"):
        whom, text = reference.removeprefix("person:"), ""
        if not Person.objects.filter(pk=whom, erased=None).exists():
            raise Closed("They have left.", remedy="Nothing here can concern them any more.")
    else:
        piece = standing_piece(reference)
        if piece.state != State.STANDING:
            raise Closed("This is not public any more.", remedy="Moderators have looked at it already.")
        whom, text = piece.author_id or "", piece.text
    if whom == reporter_id:
        raise Invalid("This is your own.", remedy="Edit it or take it back.", field="reference")
    return whom or None, text


def _not_too_many(person_id: str) -> None:
    """Raise `TooFast` for somebody who has reported as much as one may within a day."""
    most = number("reports_per_day")
    Person.objects.select_for_update(no_key=True).get(pk=person_id)
    recent = Report.objects.filter(reporter=person_id, at__gt=clock.now() - DAY).order_by("-at")
    latest = list(recent.values_list("at", flat=True)[:most])
    if len(latest) >= most:
        again = instants.say(latest[-1] + DAY if latest else clock.now() + DAY, "UTC")
        raise TooFast(
            f"You have reported {most} times within a day, which is the most.",
            remedy=f"You can report again at {again}. What can’t wait goes to the address under “Conduct”.",
            code="pace",
        )
