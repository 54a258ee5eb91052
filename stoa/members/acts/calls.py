"""Acts on calls: drafting, announcing, and what the clock does with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from stoa.kit import chance, clock, locks, outages, search
from stoa.kit.act import Actor, Event, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid
from stoa.members import events
from stoa.members.acts.checking import LATEST, check_call, check_dates, check_order, check_screening, checked_rules
from stoa.members.acts.finding import call_found
from stoa.members.models import Application, Call
from stoa.members.rules import can_be_changed, can_be_extended
from stoa.members.rules.calls import TAKING
from stoa.methods.canonical import canonical

MOST_REASON = 500
CHANGES = frozenset({
    "slug", "title", "text", "who", "prepare", "minutes", "languages", "admits", "places", "expected", "reviews_each",
    "reviewers_wanted", "minutes_each", "screening", "opens", "closes", "grace_minutes", "anywhere_on_earth", "rules",
})  # fmt: skip
"""What of a call can be changed until it opens."""


@act("members.call.draft", kind="private")
def draft_call(
    actor: Actor,
    *,
    slug: str,
    title: str,
    opens: datetime,
    closes: datetime,
    anywhere_on_earth: bool = False,
    like: Call | None = None,
) -> Call:
    """Draft a call, which only those who may draft one see; `like` another, as its next wave, with what that asked."""
    call = Call(drafted_by_id=actor.person_id)
    if like is not None:
        for name in CHANGES - {"slug", "title", "opens", "closes", "anywhere_on_earth"}:
            setattr(call, name, getattr(like, name))
        call.after = like if like.phase != Call.Phase.DRAFT else None
    dates = {"opens": opens, "closes": closes, "anywhere_on_earth": anywhere_on_earth}
    _set(call, {"slug": slug, "title": title, **dates})
    _kept(call, force_insert=True)
    return call


@act("members.call.edit", on="call", kind="private")
def edit_call(actor: Actor, *, call: Call, version: int, changes: Mapping[str, Any]) -> Call:
    """Change a call that is only drafted. `version` is the one that was edited."""
    call = _at(call, version)
    if call.phase != Call.Phase.DRAFT:
        raise Closed("This call is announced.", remedy="Until it opens its rules can be changed on the record.")
    _set(call, changes)
    call.version += 1
    _kept(call)
    return call


@act("members.call.announce", on="call")
def announce_call(actor: Actor, *, call: Call) -> Call:
    """Announce a drafted call with its dates; from its opening on its rules are fixed."""
    call = locks.exclusive(call)
    if call.phase != Call.Phase.DRAFT:
        raise Closed("This call is announced already.")
    check_call(call)
    check_dates(call.opens, call.closes)
    asks = checked_rules(call.rules)
    if not asks.criteria or not asks.fields:
        raise Invalid(
            "Nobody could know what is asked and what counts.",
            remedy="Give the form a field and the reading a criterion at least.",
            field="rules",
        )
    check_screening(call)
    call.phase, call.announced, call.seed = Call.Phase.ANNOUNCED, clock.now(), chance.octets(32).hex()
    call.save()
    search.put_all([call_found(call)])
    tell(_as_event(events.CallAnnounced, call), _texts(call))
    return call


@act("members.call.amend", on="call")
def amend_call(actor: Actor, *, call: Call, version: int, changes: Mapping[str, Any]) -> Call:
    """Change an announced call before it opens, on the record. `version` is the one that was changed."""
    call = _at(call, version)
    if call.phase == Call.Phase.DRAFT or not can_be_changed(call):
        raise Closed("This call has opened; its rules are fixed.", remedy="It can close later, on the record.")
    if changes.get("slug", call.slug) != call.slug:
        raise Invalid(
            "The address of a call does not change once it is announced.", remedy="Leave it as it is.", field="slug"
        )
    _set(call, changes)
    check_dates(call.opens, call.closes)
    check_screening(call)
    call.version += 1
    _kept(call)
    search.put_all([call_found(call)])
    tell(_as_event(events.CallAmended, call), _texts(call))
    return call


@act("members.call.extend", on="call")
def extend_call(actor: Actor, *, call: Call, closes: datetime, reason: str) -> Call:
    """Let a call close later. The reason is public; the record commits to it."""
    call, reason = locks.exclusive(call), " ".join(reason.split())
    if not can_be_extended(call):
        raise Closed("This call takes no more applications.", remedy="Announce another.")
    if closes <= call.closes:
        raise Invalid("A call can only be made longer.", remedy="Choose a later instant.", field="closes")
    if closes > clock.now() + LATEST:
        raise Invalid("That is more than three years ahead.", remedy="Check the year.", field="closes")
    if not reason or len(reason) > MOST_REASON:
        raise Invalid("The reason is empty or too long.", remedy=f"Use 1 to {MOST_REASON} characters.", field="reason")
    call.closes = closes
    call.version += 1
    call.save(update_fields=["closes", "version"])
    tell(events.CallExtended(call.pk, clock.stamp(closes)), {"reason": reason})
    return call


@act("members.call.make_up_outage", on="call")
def make_up_outage(actor: Actor, *, call: Call) -> Call:
    """Let a call close later by as long as the server was down near its end."""
    call = locks.exclusive(call)
    moved = outage_of(call)
    if call.phase not in TAKING or moved is None:
        raise Closed("There was no outage near the end of this call.")
    seconds = round((moved[0] - call.closes).total_seconds())
    call.closes, call.made_up_until = moved
    call.version += 1
    call.save(update_fields=["closes", "made_up_until", "version"])
    tell(events.CallExtended(call.pk, clock.stamp(call.closes), seconds))
    return call


@act("members.call.open", on="call")
def open_call(actor: Actor, *, call: Call) -> Call:
    """Open a call at the instant announced; from then on its rules are fixed."""
    call = locks.exclusive(call)
    _demand(call, Call.Phase.ANNOUNCED, call.opens)
    call.phase = Call.Phase.OPEN
    call.save(update_fields=["phase"])
    tell(events.CallOpened(call.pk))
    return call


@act("members.call.close", on="call")
def close_call(actor: Actor, *, call: Call) -> Call:
    """Close a call when its grace is over."""
    call = locks.exclusive(call)
    _demand(call, Call.Phase.OPEN, call.ends)
    call.phase = Call.Phase.CLOSED
    call.save(update_fields=["phase"])
    tell(events.CallClosed(call.pk, Application.objects.filter(call=call).count()))
    return call


def outage_of(call: Call) -> tuple[datetime, datetime] | None:
    """When the call closes, moved by outages near its end that it was not moved by yet; None without any."""
    after = max(call.made_up_until or call.opens, call.opens)
    return outages.made_up(call.closes, ends=call.ends, after=after)


def _at(call: Call, version: int) -> Call:
    call = locks.exclusive(call)
    if version != call.version:
        raise Conflict(
            "The call was changed meanwhile.", remedy="Look at it as it is now, and change it again.", code="stale"
        )
    return call


def _set(call: Call, changes: Mapping[str, Any]) -> None:
    """Set what is given and check the whole."""
    if unknown := sorted(set(changes) - CHANGES):
        raise Invalid(f"A call has no {', '.join(unknown)}.", remedy="Look at what it has.")
    for name, value in changes.items():
        given = value.strip() if isinstance(value, str) else value
        setattr(call, name, " ".join(given.split()) if name == "title" else given)
    call.rules = checked_rules(call.rules).as_json()
    check_call(call)
    check_order(call.opens, call.closes)


def _kept(call: Call, *, force_insert: bool = False) -> None:
    try:
        with transaction.atomic():
            call.save(force_insert=force_insert)
    except IntegrityError as fault:
        raise Invalid("A call has this short name already.", remedy="Choose another.", field="slug") from fault


def _as_event(kind: type[events.CallAnnounced], call: Call) -> Event:
    return kind(
        call.pk,
        clock.stamp(call.opens),
        clock.stamp(call.closes),
        call.grace_minutes,
        call.admits,
        call.reviews_each,
        call.seed,
        call.places,
    )


def _texts(call: Call) -> dict[str, str]:
    """What the record commits to: the texts, and what is asked, as canonical JSON."""
    texts = {name: getattr(call, name) for name in ("title", "text", "who", "prepare")}
    return texts | {"rules": canonical(call.rules).decode()}


def _demand(call: Call, phase: str, instant: datetime) -> None:
    if call.phase != phase:
        raise Closed("This phase has begun already.")
    if clock.now() < instant:
        raise Closed("It is too early.", remedy=f"This phase begins at {clock.stamp(instant)}.")
