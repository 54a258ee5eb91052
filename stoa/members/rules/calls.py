"""What can be done with a call now, and who may; the acts ask again."""

from __future__ import annotations

from datetime import datetime

from stoa.kit import clock
from stoa.kit.act import Actor
from stoa.kit.powers import may
from stoa.members.models import Call, Enquiry, Release

BEFORE = frozenset({Call.Phase.DRAFT, Call.Phase.ANNOUNCED})
TAKING = frozenset({Call.Phase.ANNOUNCED, Call.Phase.OPEN})


def is_public(call: Call) -> bool:
    """Whether everybody may know of it."""
    return call.phase != Call.Phase.DRAFT


def can_be_changed(call: Call) -> bool:
    """Whether its rules can still change: until the instant at which it opens."""
    return call.phase == Call.Phase.DRAFT or (call.phase == Call.Phase.ANNOUNCED and clock.now() < call.opens)


def can_be_begun(call: Call) -> bool:
    """Whether an application can be begun now: from the opening until the close, whether the clock came by or not."""
    return call.phase in TAKING and call.opens <= clock.now() < call.closes


def can_be_finished(call: Call, begun: datetime) -> bool:
    """Whether an application begun then can be changed, submitted or withdrawn now: in the grace too, if it was in time."""
    return call.phase in TAKING and call.opens <= clock.now() < call.ends and begun < call.closes


def can_be_extended(call: Call) -> bool:
    """Whether it may close later: until its end, grace included."""
    return call.phase in TAKING and clock.now() < call.ends


def may_draft(actor: Actor) -> bool:
    """Whether the actor may draft calls, and so sees all drafts."""
    return may(actor, "members.call.draft")


def may_keep(actor: Actor, call: Call) -> bool:
    """Whether the actor keeps this call: changes it before it opens, and sees how it goes."""
    return may(actor, "members.call.edit", call)


def may_extend(actor: Actor, call: Call) -> bool:
    """Whether the actor may let it close later now."""
    return can_be_extended(call) and may(actor, "members.call.extend", call)


def may_read(actor: Actor, call: Call) -> bool:
    """Whether the actor may read what was submitted to this call."""
    return may(actor, "members.application.read", call)


def may_decide(actor: Actor, call: Call) -> bool:
    """Whether the actor decides this call: sees scores, outcomes and letters."""
    return may(actor, "members.decisions.rank", call)


def may_give_bar(actor: Actor, call: Call) -> bool:
    """Whether the actor reads for this call, and so says from which score on one is admitted."""
    return may(actor, "members.bar.give", call)


def may_confirm(actor: Actor, release: Release) -> bool:
    """Whether the actor may release these letters: never those they drafted themselves."""
    waits = release.confirmed is None and release.drafted_by_id != actor.person_id
    return waits and may(actor, "members.release.confirm", release.call)


def may_hear(actor: Actor, call: Call) -> bool:
    """Whether the actor may hear appeals; each act asks whether they had a part in the decision."""
    return may(actor, "members.appeal.decide", call)


def may_answer(actor: Actor, enquiry: Enquiry) -> bool:
    """Whether the actor keeps the call that is asked about, and the question stands."""
    return enquiry.state == Enquiry.State.STANDING and may(actor, "members.enquiry.answer", enquiry)


def may_withdraw(actor: Actor, enquiry: Enquiry) -> bool:
    """Whether the actor asked it and can take it away: while it has no answer."""
    waits = enquiry.state in {Enquiry.State.STANDING, Enquiry.State.HELD} and not enquiry.version
    return waits and may(actor, "members.enquiry.withdraw", enquiry)
