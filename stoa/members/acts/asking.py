"""Acts on questions about a call: those who apply ask, those who keep the call answer, and everybody reads both."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet

from stoa.charter.queries import community
from stoa.forum.acts.writing import note_written
from stoa.forum.rules import pace
from stoa.kit import clock, locks, outbox, search, wording
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.kit.moderated import State
from stoa.members import events
from stoa.members.acts.finding import enquiry_found
from stoa.members.models import Call, Draft, Enquiry
from stoa.members.models.asking import MOST_ASKED
from stoa.members.rules import can_be_begun
from stoa.people.following import follow_own
from stoa.record.models import Text

MOST_ANSWER = 5_000
MOST_EACH = 10
"""Questions of one person about one call."""


@act("members.enquiry.ask", on="draft")
def ask(actor: Actor, *, draft: Draft, body: str, named: bool = False) -> Enquiry:
    """Ask about a call that is open, as one who has begun to apply; shown as from an applicant, or by name if one says so."""
    call = _open(draft.call)
    body = _clean(body, "question", most=MOST_ASKED, field="body").replace("\n", " ")
    person_id = str(actor.person_id)
    held = pace(person_id).held
    if Enquiry.objects.filter(call=call, author=person_id).exclude(state=Enquiry.State.WITHDRAWN).count() >= MOST_EACH:
        raise Invalid(f"You have asked {MOST_EACH} times about this call, which is the most.", field="body")
    state = Enquiry.State.HELD if held else Enquiry.State.STANDING
    asked = Enquiry.objects.create(call=call, author_id=person_id, named=named, body=body, state=state)
    note_written(person_id, asked.reference, held=held)
    follow_own(person_id, asked.reference)
    if not held:
        search.put_all([enquiry_found(asked)])
    tell((events.EnquiryAskedByName if named else events.EnquiryAsked)(str(asked.pk), call.pk), {"body": body})
    return asked


@act("members.enquiry.answer", on="enquiry")
def answer(actor: Actor, *, enquiry: Enquiry, answer: str, version: int) -> Enquiry:
    """Answer a question about a call, as one who keeps it, or answer it anew; `version` counts the answers before."""
    enquiry = locks.exclusive(enquiry)
    if enquiry.state != Enquiry.State.STANDING:
        raise Closed("This question does not stand.", remedy="Answer another.")
    if version != enquiry.version:
        raise Conflict(
            "It was answered meanwhile.", remedy="Read that answer, then change it if need be.", code="stale"
        )
    enquiry.answer = _clean(answer, "answer", most=MOST_ANSWER, field="answer")
    enquiry.answered, enquiry.answered_by_id, enquiry.version = clock.now(), actor.person_id, version + 1
    enquiry.save(update_fields=["answer", "answered", "answered_by", "version"])
    tell(events.EnquiryAnswered(str(enquiry.pk), enquiry.call_id, enquiry.version), {"answer": enquiry.answer})
    search.put_all([enquiry_found(enquiry)])
    _tell_asker(enquiry)
    return enquiry


@act("members.enquiry.withdraw", on="enquiry")
def withdraw_enquiry(actor: Actor, *, enquiry: Enquiry) -> Enquiry:
    """Withdraw one's own question about a call while it has no answer."""
    enquiry = locks.exclusive(enquiry)
    if enquiry.state not in {Enquiry.State.STANDING, Enquiry.State.HELD} or enquiry.version:
        raise Closed("This question is answered, or does not stand any more.", remedy="It stays as it is.")
    enquiry.state = Enquiry.State.WITHDRAWN
    enquiry.save(update_fields=["state"])
    search.drop(enquiry.reference)
    tell(events.EnquiryWithdrawn(str(enquiry.pk), enquiry.call_id))
    return enquiry


def set_state(identifier: str, state: State) -> None:
    """Let a question stand, be held or be removed: called inside the act of moderators that decides."""
    enquiry = locks.exclusive(Enquiry.objects.get(pk=identifier))
    enquiry.state = state.value
    enquiry.save(update_fields=["state"])
    if enquiry.state == Enquiry.State.STANDING:
        search.put_all([enquiry_found(enquiry)])
    else:
        search.drop(enquiry.reference)


def erase_enquiries(person_id: str) -> None:
    """Destroy what somebody asked and answered. Called inside the act that erases them."""
    asked = Enquiry.objects.filter(author=person_id)
    _forget(asked, "members.enquiry.asked")
    for one in asked:
        search.drop(one.reference)
    asked.update(body="Text removed", state=Enquiry.State.WITHDRAWN, author=None)
    answered = Enquiry.objects.filter(answered_by=person_id)
    _forget(answered, "members.enquiry.answered")
    answered.update(answer="Text removed")
    search.put_all([enquiry_found(one) for one in answered.filter(state=Enquiry.State.STANDING)])


def _forget(enquiries: QuerySet[Enquiry], kind: str) -> None:
    references = [one.reference for one in enquiries]
    Text.objects.filter(entry__subject__in=references, entry__type__startswith=kind).delete()


def _tell_asker(enquiry: Enquiry) -> None:
    """Mail who asked that there is an answer; the mail says neither, since both stand on the page."""
    who = enquiry.author
    if who is None or not who.email or who.erased:
        return
    subject, body = wording.mail(
        "enquiry-answered",
        name=who.shown_name,
        call=enquiry.call.title,
        community=community().name,
        page=settings.STOA.address + enquiry.get_absolute_url(),
    )
    outbox.post(kind="enquiry-answered", to=who.email, person_id=who.pk, subject=subject, body=body)


def _open(call: Call) -> Call:
    """The call, kept as it is until the transaction ends; raises `Closed` unless it is open."""
    call = locks.shared(call)
    if not can_be_begun(call):
        raise Closed("Questions are taken while the call is open.", remedy="Its page says until when it is.")
    return call


def _clean(text: str, what: str, *, most: int, field: str) -> str:
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise Invalid(f"The {what} is empty.", remedy="Write something.", field=field)
    if len(text) > most:
        raise Invalid(f"The {what} has {len(text):,} characters.", remedy=f"Use {most:,} at most.", field=field)
    return text
