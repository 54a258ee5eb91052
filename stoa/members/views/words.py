"""Words that several pages of calls share: what comes next, steps, amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.html import format_html

from stoa.kit import clock, instants
from stoa.members import rules
from stoa.members.models import Call

PHASE = Call.Phase


def plural(count: int, one: str, many: str = "") -> str:
    """`1 place`, `3 places`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def grace(call: Call) -> str:
    """How long what was begun in time can be finished: `90 minutes`, `2 hours`."""
    span = timedelta(minutes=call.grace_minutes)
    hours, rest = divmod(span, timedelta(hours=1))
    return plural(call.grace_minutes, "minute") if rest or not hours else plural(hours, "hour")


def state(call: Call) -> tuple[str, str]:
    """The word for where a call stands now, and what comes next with its instant, as HTML."""
    opens, closes = (instants.in_html(at, call.zone) for at in (call.opens, call.closes))
    if call.phase == PHASE.DRAFT:
        return "Drafted", "only those who keep calls see it"
    if rules.can_be_begun(call):
        return "Open", format_html("apply until {}", closes)
    if call.phase == PHASE.ANNOUNCED and clock.now() < call.opens:
        return "Announced", format_html("opens {} · closes {}", opens, closes)
    if rules.calls.can_be_extended(call):
        ends = instants.in_html(call.ends, call.zone)
        return "Closing", format_html("closed to new applications; those begun in time can be finished until {}", ends)
    if call.phase == PHASE.DECIDED:
        return "Decided", "those who applied have their answers"
    return "Closed", format_html("closed {} · applications are read by peers", closes)


@dataclass(frozen=True)
class Step:
    """A phase as a step: `status` is `done`, `now` or `next`."""

    label: str
    status: str
    note: str = ""


def steps(call: Call) -> Sequence[Step]:
    """The phases of a call in order, with what is known of when."""
    closes = instants.in_html(call.closes, call.zone, "short")
    opens = instants.in_html(call.opens, call.zone, "short")
    order = (
        ("Apply", {PHASE.OPEN}, format_html("{} to {}", opens, closes)),
        ("Read by peers", {PHASE.CLOSED, PHASE.REVIEW}, plural(call.reviews_each, "review") + " each"),
        ("Decided", {PHASE.DECIDED}, "with reasons; an appeal is decided by others"),
    )
    present = next((n for n, (_, phases, _) in enumerate(order) if call.phase in phases), -1)
    done = call.phase == PHASE.DECIDED
    return [
        Step(label, "done" if done or n < present else "now" if n == present else "next", note)
        for n, (label, _, note) in enumerate(order)
    ]
