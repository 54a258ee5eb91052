"""Deciding cases: leave, let through, remove, put back, settle a complaint, decide an appeal; and looks at what is private."""

from __future__ import annotations

from stoa.forum import events
from stoa.forum.acts.notices import tell_author, tell_reporters
from stoa.forum.acts.reports import checked_reason, checked_words, open_case, standing_piece
from stoa.forum.models import Appeal, Case, Writing
from stoa.forum.rules.moderation import demand_handler, demand_undoer, may_know, offices
from stoa.forum.rules.pace import DECIDES
from stoa.kit import clock, locks, moderated
from stoa.kit.act import Actor, act, current_role, tell
from stoa.kit.faults import Closed, Invalid
from stoa.kit.moderated import State
from stoa.people.events import PrivateLook

Outcome = Case.Outcome


@act("forum.report.read", on="case", kind="sealed")
def read_reports(actor: Actor, *, case: Case) -> Case:
    """Read who reported what in a case that one handles; each of them is told that somebody looked."""
    if not may_know(case, actor.person_id, offices()):
        demand_handler(actor, case)
    for made in case.reports.all():
        tell(PrivateLook(made.reporter_id, f"your report of {made.at:%Y-%m-%d}"), {"by": actor.name})
    return case


@act("forum.author.see", on="case", kind="sealed")
def see_author(actor: Actor, *, case: Case) -> Case:
    """See who wrote an unsigned piece of a case that one handles; they are told that somebody looked."""
    if not may_know(case, actor.person_id, offices()):
        demand_handler(actor, case)
    if case.concerns_id:
        tell(PrivateLook(case.concerns_id, "that you wrote something unsigned"), {"by": actor.name})
    return case


@act("forum.moderation.leave", on="case", kind="sealed")
def leave(actor: Actor, *, case: Case, words: str = "") -> Case:
    """Leave what was reported as it is, or close a case whose piece is gone."""
    case = _open(actor, case)
    if case.is_complaint or (case.held and moderated.pieces([case.subject])):
        raise Invalid("This case ends in another way.", remedy="Let the piece through, or settle the complaint.")
    _decide(actor, case, Outcome.LEFT, words=words)
    tell(events.CaseLeft(case.pk))
    tell_reporters(case)
    return case


@act("forum.moderation.release", on="case")
def release(actor: Actor, *, case: Case) -> Case:
    """Let a first piece of a new account through, for everybody to read."""
    case = _open(actor, case)
    if not case.held or standing_piece(case.subject).state != State.HELD:
        raise Closed("This piece does not wait.", remedy="Look at the case anew.")
    _decide(actor, case, Outcome.RELEASED)
    moderated.set_state(case.subject, State.STANDING)
    Writing.objects.filter(reference=case.subject).update(passed=True)
    tell(events.PieceReleased(case.subject))
    tell_author(case, "moderation-released")
    return case


@act(DECIDES)
def remove(actor: Actor, *, reference: str, reason: str, words: str = "") -> Case:
    """Remove a piece for a reason of the list; its author is told why and how to appeal."""
    reason, piece = checked_reason(reason), standing_piece(reference)
    case = open_case(reference, piece.author_id, piece.text)
    demand_handler(actor, case)
    if standing_piece(reference).state == State.REMOVED:
        raise Closed("This is removed already.", remedy="Its page says why.")
    _decide(actor, case, Outcome.REMOVED, reason=reason, words=words)
    moderated.set_state(reference, State.REMOVED)
    tell(events.PieceRemoved(reference, reason))
    tell_author(case, "moderation-removed")
    tell_reporters(case)
    return case


@act("forum.moderation.restore", on="case")
def restore(actor: Actor, *, case: Case) -> Case:
    """Put back what was removed by mistake, without waiting for an appeal."""
    case = locks.exclusive(case)
    demand_undoer(actor, case)
    if Appeal.objects.filter(case=case, decided=None).exists():
        raise Closed("An appeal against this waits.", remedy="Somebody who did not take the decision decides it.")
    _put_back(case)
    tell(events.PieceRestored(case.subject))
    tell_author(case, "moderation-restored")
    return case


@act("forum.complaint.settle", on="case", kind="sealed")
def settle(actor: Actor, *, case: Case, upheld: bool, reason: str = "", words: str = "") -> Case:
    """Settle a complaint about somebody’s conduct: uphold it for a reason of the list, or not."""
    case = _open(actor, case)
    if not case.is_complaint:
        raise Invalid("This case is no complaint about a person.", remedy="Leave the piece, or remove it.")
    reason = checked_reason(reason, of_conduct=True) if upheld else ""
    _decide(actor, case, Outcome.UPHELD if upheld else Outcome.LEFT, reason=reason, words=words)
    tell(events.ComplaintSettled(case.pk, case.outcome, reason or None))
    tell_reporters(case)
    if upheld:
        tell_author(case, "complaint-upheld")
    return case


@act("forum.appeal.decide", on="case")
def decide_appeal(actor: Actor, *, case: Case, reverse: bool, words: str = "") -> Case:
    """Look again at what others removed: put it back, or say that it stays removed."""
    case = locks.exclusive(case)
    waiting = Appeal.objects.select_for_update().filter(case=case, decided=None).first()
    if waiting is None:
        raise Closed("No appeal waits here.", remedy="Look at the case anew.")
    demand_handler(actor, case)
    waiting.outcome = Appeal.Outcome.REVERSED if reverse else Appeal.Outcome.UPHELD
    waiting.answer, waiting.decided = checked_words(words), clock.now()
    waiting.decided_by_id, waiting.role = actor.person_id, current_role()
    waiting.save()
    if reverse:
        _put_back(case)
    tell(events.AppealDecided(case.subject, case.reason, waiting.outcome))
    tell_author(case, f"appeal-{waiting.outcome}")
    return case


def _open(actor: Actor, case: Case) -> Case:
    """The case, alone until this transaction ends; raises unless it waits and this actor handles it."""
    case = locks.exclusive(case)
    if case.decided:
        raise Closed("This case was decided meanwhile.", remedy="Its page says how.")
    demand_handler(actor, case)
    return case


def _decide(actor: Actor, case: Case, outcome: Outcome, *, reason: str = "", words: str = "") -> None:
    case.outcome, case.reason, case.words = outcome, reason, checked_words(words)
    case.decided, case.decided_by_id, case.role = clock.now(), actor.person_id, current_role()
    if outcome != Outcome.REMOVED:
        case.text = ""  # kept no longer than the matter lasts
    case.save()


def _put_back(case: Case) -> None:
    """Let the piece stand again; raises `Closed` unless this decision removed it."""
    removed = case.outcome == Outcome.REMOVED and case.restored is None
    if not removed or standing_piece(case.subject).state != State.REMOVED:
        raise Closed("Nothing is removed here.", remedy="Look at the case anew.")
    case.restored, case.text = clock.now(), ""
    case.save(update_fields=["restored", "text"])
    moderated.set_state(case.subject, State.STANDING)
    Writing.objects.filter(reference=case.subject).update(passed=True)
