"""How a call is decided: its panel reads and gives the bar, scores make an order, and two people release the outcomes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from stoa.charter.queries import community
from stoa.kit import clock, errands, locks, outbox, wording
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.members import events
from stoa.members.acts.deciding_mails import tell as tell_keepers
from stoa.members.acts.deciding_mails import who_may
from stoa.members.acts.deciding_panel import asked_of, open_reading
from stoa.members.models import Application, Bar, Call, Decision, Part, Release
from stoa.members.queries.deciding_panel import fair_load, wave_before
from stoa.members.queries.terms import within_share
from stoa.methods.admission import Admission, Within, admit, middle
from stoa.people.joining import take_in_all
from stoa.people.models import Person
from stoa.people.queries import account_now, holders
from stoa.record.entries import keep_blob
from stoa.review.acts.seats import ask, check_load, demand_open
from stoa.review.models import Panel
from stoa.review.queries import means, reviewers, said_of

LEAST, MOST = 100, 500
FEWEST_SCORES = 20
"""Of fewer applications than these no score is published: those who know their own would know too much of the others'."""

TIME_TO_READ = timedelta(days=28)
CHUNK = 1_000
MOST_REASON, MOST_SUBJECT, MOST_BODY = 5_000, 150, 10_000
GAP = re.compile(r"\n{3,}")
OUTCOME = Decision.Outcome
MAIL = "call-decision"
UNREAD = ("facts", "answers", "address", "publications", "earlier", "advisers", "advisees", "files", "words")
"""What of an application a letter does not need."""
LETTERS = (OUTCOME.ADMITTED, OUTCOME.WAITING, OUTCOME.DECLINED)


@act("members.review.begin", on="call")
def begin_review(actor: Actor, *, call: Call, due: datetime | None = None) -> Call:
    """Let a panel read the applications of a call that has closed, by its criteria; whom a wave before admitted is asked to read.

    Reviews are due four weeks later where `due` says nothing else.
    """
    call = locks.exclusive(call)
    if call.phase != Call.Phase.CLOSED:
        raise Closed("Applications are read when the call has closed.", remedy="Its page says when that is.")
    count = Application.objects.filter(call=call).count()
    if not count:
        raise Closed("Nobody applied.", remedy="There is nothing to read; announce another call.")
    call.panel = open_reading(call, due or clock.now() + TIME_TO_READ)
    call.phase = Call.Phase.REVIEW
    call.save(update_fields=["phase", "panel"])
    if wave := list(wave_before(call)):
        ask(call.panel, asked_of(wave, fair_load(call, count, len(wave))))
    tell(events.ReviewBegun(call.pk))
    return call


@act("members.reviewers.invite", on="call", kind="private")
def invite_reviewers(actor: Actor, *, call: Call, people: Sequence[Person], load: int) -> int:
    """Ask people to read for a call, so many applications at most each; who was asked before is passed over. Says how many."""
    call = _read(call)
    if call.panel is None:
        raise Closed("This call has no panel.", remedy="It is read by those to whom its reading was given.")
    if not people or any(not one.is_active or one.erased for one in people):
        raise Invalid("Nobody is chosen, or somebody who is no longer here.", remedy="Choose others.", field="people")
    check_load(load)
    panel = locks.exclusive(call.panel)
    demand_open(panel)
    return len(ask(panel, asked_of(people, load)))


@act("members.bar.give", on="call", kind="private")
def give_bar(actor: Actor, *, call: Call, value: int) -> Bar:
    """Say, as a reviewer, from which score one would admit; nobody sees it but together with the others'."""
    call = _read(call)
    if call.bar is not None:
        raise Closed("The bar is set already.")
    if not LEAST <= value <= MOST:
        raise Invalid("A bar lies among the scores.", remedy="Give 1.00 to 5.00.", field="value")
    given = {"value": value, "given": clock.now()}
    return Bar.objects.update_or_create(call=call, person_id=actor.person_id, defaults=given)[0]


@act("members.bar.set", on="call")
def set_bar(actor: Actor, *, call: Call) -> Call:
    """Set the bar that the reviewers give together, once more than half of them gave one: the lower median."""
    call = _read(call)
    if call.bar is not None:
        raise Closed("The bar is set already.")
    readers = reviewers_of(call)
    values = list(call.bars.filter(person__in=readers.values("pk")).values_list("value", flat=True))
    if 2 * len(values) <= readers.count() or not values:
        raise Invalid(
            f"{len(values)} of {readers.count()} reviewers gave a bar.",
            remedy="It takes more than half of them.",
            field="bar",
        )
    call.bar = middle(values)
    call.save(update_fields=["bar"])
    _note(actor, call, Part.What.BAR)
    tell(events.BarSet(call.pk, call.bar, len(values)))
    return call


@act("members.decisions.rank", on="call", kind="private")
def rank(actor: Actor, *, call: Call, scores: Mapping[str, int] | None = None) -> int:
    """Put the applications in the order of their scores, as the panel gave them; from the bar on they are admitted.

    `scores`, in hundredths by number, are for a call that was read without a panel. What reviewers wrote for an applicant is
    the reason, until somebody writes another. Says how many are in order.
    """
    call = _read(call)
    _not_drafted(call)
    if call.bar is None:
        raise Closed("The bar is not set.", remedy="The reviewers give it first.")
    scores = _given(call, scores)
    there = set(Application.objects.filter(call=call).values_list("pk", flat=True))
    if wrong := sorted(set(scores) ^ there):
        raise Invalid(
            f"{len(wrong)} applications have no score, or are none.", remedy=f"Look at {wrong[0]}.", field="scores"
        )
    if any(not LEAST <= score <= MOST for score in scores.values()):
        raise Invalid("A score lies outside of 1 to 5.", remedy="Give hundredths: 100 to 500.", field="scores")
    _write_down(call, _in_order(call, scores).found, scores)
    _note(actor, call, Part.What.ORDER)
    return len(scores)


@act("members.decision.give_reason", on="application", kind="private")
def give_reason(actor: Actor, *, application: Application, reason: str) -> Decision:
    """Write the reason that an applicant will read with the outcome."""
    call = _read(application.call)
    if len(reason) > MOST_REASON or not reason.strip():
        raise Invalid(
            "The reason is empty or too long.", remedy=f"Use 1 to {MOST_REASON:,} characters.", field="reason"
        )
    decision = Decision.objects.select_for_update().filter(application=application).first()
    if decision is None:
        raise Closed("Nothing is decided about this application yet.", remedy="The scores come first.")
    if decision.reason:  # who lost a place since the letters were drafted may have none, and can still be given one
        _not_drafted(call)
    decision.reason = reason.strip()
    decision.save(update_fields=["reason"])
    _note(actor, call, Part.What.REASON, application)
    return decision


@act("members.release.draft", on="call")
def draft_release(actor: Actor, *, call: Call, letters: Mapping[str, Mapping[str, str]]) -> Release:
    """Draft the letters by which all who applied learn the outcome and the reason; somebody else has to confirm them.

    Outcomes are those of the applications that stand now: where somebody withdrew, whoever follows moves up.
    """
    call = _read(call)
    decisions = Decision.objects.filter(application__call=call)
    if decisions.count() != Application.objects.filter(call=call).count():
        raise Closed("Not every application is decided.", remedy="Put them in order by their scores first.")
    Decision.objects.bulk_update(_settled(call)[1], ["outcome", "place"], batch_size=1_000)
    if lacking := decisions.exclude(outcome=OUTCOME.ADMITTED).filter(reason="").count():
        raise Invalid(f"{lacking} of those not admitted have no reason.", remedy="Write one for each.", field="letters")
    for outcome in LETTERS:
        _check_letter(letters.get(outcome, {}))
    kept = {outcome: {name: letters[outcome][name].strip() for name in ("subject", "body")} for outcome in LETTERS}
    release, new = Release.objects.select_for_update().get_or_create(call=call)
    if release.confirmed:
        raise Closed("The letters went out already.")
    release.letters, release.drafted_by_id, release.drafted = kept, actor.person_id, clock.now()
    release.save()
    if new:
        tell(events.ReleaseDrafted(call.pk))
        others = [one for one in who_may("members.release.confirm", call) if one.pk != actor.person_id]
        tell_keepers(others, call, "decisions-to-confirm", reverse("members:release", args=[call.slug]))
    return release


@act("members.release.confirm", on="call")
def confirm_release(actor: Actor, *, call: Call, drafted: str = "") -> Call:
    """Confirm the letters that somebody else drafted: they go out, and whoever is admitted is a member from now on.

    `drafted` is the instant of the draft that was read, where it is known.
    """
    call = _read(call)
    release = Release.objects.select_for_update().filter(call=call, confirmed=None).first()
    if release is None:
        raise Closed("No letters wait to be confirmed.")
    if release.drafted_by_id == actor.person_id:
        raise Refused("You drafted these letters.", remedy="Somebody else has to confirm them.", code="own-draft")
    if drafted and drafted != clock.stamp(release.drafted):
        raise Conflict("The letters were changed since you read them.", remedy="Read them again.", code="stale")
    settled, changed = _settled(call)
    if changed:
        raise Conflict(
            "Since these letters were drafted somebody withdrew, or the sponsor’s share has other room: outcomes changed.",
            remedy="Draft the letters again; their words are kept.",
            code="stale",
        )
    release.confirmed, release.confirmed_by_id = clock.now(), actor.person_id
    release.save()
    call.phase = Call.Phase.DECIDED
    call.save(update_fields=["phase"])
    _tell_decided(call, settled)
    _let_know(call, release.letters)
    return call


def _let_know(call: Call, letters: Mapping[str, Mapping[str, str]]) -> None:
    """Take in who is admitted and mail everybody, some at a time."""
    decisions = Decision.objects.filter(application__call=call, application__person__isnull=False)
    lean = decisions.select_related("application__person").defer(*(f"application__{name}" for name in UNREAD))
    # by the ids of people: entries that followed the order, or the numbers it is published under, would tell whose is which
    rows, whole, done = lean.order_by("application__person", "pk").iterator(CHUNK), decisions.count(), 0
    while some := list(islice(rows, CHUNK)):
        errands.reached(done, whole)
        admitted = [one.application.person for one in some if one.outcome == OUTCOME.ADMITTED]
        take_in_all([account_now(person) for person in admitted if person], call.admits)
        written = (_letter(call, one, letters[one.outcome]) for one in some)
        outbox.post_all(MAIL, [letter for letter in written if letter])
        done += len(some)


def write(call: Call, decision: Decision, letter: Mapping[str, str], **more: str) -> None:
    """Mail an applicant the outcome and the reason. To be called inside an act."""
    if found := _letter(call, decision, letter, **more):
        outbox.post_all(MAIL, [found])


def _letter(call: Call, decision: Decision, letter: Mapping[str, str], **more: str) -> outbox.Letter | None:
    applied = decision.application.person
    person = account_now(applied) if applied else None
    if person is None or not person.email:
        return None
    subject, body = as_mailed(call, decision, letter, **more)
    return outbox.Letter(to=person.email, person_id=person.pk, subject=subject, body=body)


def as_mailed(call: Call, decision: Decision, letter: Mapping[str, str], **more: str) -> tuple[str, str]:
    """Subject and body of a letter as one applicant gets it. What is left empty leaves no gap."""
    page = settings.STOA.address + reverse("members:mine", args=[call.slug])
    role = dict(Call.ADMITS)[call.admits]
    values = {
        "name": decision.application.name,
        "call": call.title,
        "reason": decision.reason,
        "page": page,
        "role": role,
    }
    subject, body = (wording.fill(letter[part], values | more) for part in ("subject", "body"))
    body = GAP.sub("\n\n", body).strip()
    return wording.mail("call-decision", subject=subject, body=body, page=page, community=community().name)


def reviewers_of(call: Call) -> QuerySet[Person]:
    """Who reads for a call: who accepted a seat on its panel; without a panel, who was given its reading.

    Whoever applied to it may read others' applications, and has no say in the bar.
    """
    found = reviewers(call.panel_id) if call.panel_id else holders("reviewer", call.reference)
    return found.exclude(pk__in=Application.objects.filter(call=call, person__isnull=False).values("person"))


def _given(call: Call, scores: Mapping[str, int] | None) -> Mapping[str, int]:
    """The score of each application; from the panel, where there is one."""
    if call.panel is None:
        return scores or {}
    if scores is not None:
        raise Closed("The scores of this call come from its panel.", remedy="Leave them out.")
    if call.panel.phase != Panel.Phase.DONE:
        raise Closed("The panel still reads.", remedy="End its work first, so that nothing it says changes any more.")
    return means(call.panel)


def _write_down(call: Call, found: Admission, scores: Mapping[str, int]) -> None:
    """Keep these outcomes, some at a time. A reason that was written stands; where there is none, reviewers' words become it."""
    rest = iter(_outcomes(found).items())
    done = 0
    while some := list(islice(rest, CHUNK)):
        errands.reached(done, len(scores))
        ids = [pk for pk, _ in some]
        rows = Decision.objects.filter(application__in=ids).exclude(reason="")
        reasons = (said_of(call.panel, ids) if call.panel else {}) | dict(rows.values_list("application", "reason"))
        made = [
            Decision(
                application_id=pk,
                outcome=outcome,
                score=scores[pk],
                place=place,
                reason=reasons.get(pk, "")[:MOST_REASON],
            )
            for pk, (outcome, place) in some
        ]
        changed = ["outcome", "score", "place", "reason", "decided", "moved"]
        Decision.objects.bulk_create(made, update_conflicts=True, unique_fields=["application"], update_fields=changed)
        done += len(some)


def _note(actor: Actor, call: Call, what: Part.What, application: Application | None = None) -> None:
    """Note that somebody had a part in deciding, and so decides no appeal against it."""
    if actor.person_id is not None:
        Part.objects.get_or_create(call=call, person_id=actor.person_id, what=what, application=application)


def _in_order(call: Call, scores: Mapping[str, int]) -> Within:
    """The order that these scores make by the rules of the call, within the sponsor's share as it stands."""
    return within_share(admit(scores, bar=call.bar or 0, places=call.places, seed=call.seed), call)


def _outcomes(found: Admission) -> dict[str, tuple[str, int | None]]:
    """The outcome of each application, and its place among those at or above the bar."""
    order = {pk: n for n, pk in enumerate((*found.admitted, *found.waiting), start=1)}
    outcomes = zip(LETTERS, (found.admitted, found.waiting, found.declined), strict=True)
    return {pk: (outcome, order.get(pk)) for outcome, ids in outcomes for pk in ids}


def _settled(call: Call) -> tuple[Within, list[Decision]]:
    """The order of the applications that stand now, and the decisions that stand otherwise, as they have to be.

    Places may have gaps, where somebody withdrew: they are counted anew only where the order itself is another.
    """
    decisions = Decision.objects.filter(application__call=call).only("application", "outcome", "score", "place")
    rows = {one.application_id: one for one in decisions.order_by("place", "pk")}
    settled = _in_order(call, {pk: one.score or 0 for pk, one in rows.items()})
    found = settled.found
    same = [pk for pk, one in rows.items() if one.place is not None] == [*found.admitted, *found.waiting]
    changed = []
    for pk, (outcome, counted) in _outcomes(found).items():
        one = rows[pk]
        place = one.place if same else counted
        if (one.outcome, one.place) != (outcome, place):
            one.outcome, one.place = outcome, place
            changed.append(one)
    return settled, changed


def _tell_decided(call: Call, settled: Within) -> None:
    found, share = settled.found, settled.share
    decisions = Decision.objects.filter(application__call=call).order_by("application")
    rows = [list(row) for row in decisions.values_list("application", "score")]
    told = None
    if share is not None and settled.passed_over:
        passed = keep_blob(sorted(settled.passed_over))
        told = {**asdict(share), "among": settled.among, "passed_over": passed}
    tell(
        events.CallDecided(
            call.pk,
            call.bar or 0,
            len(found.admitted),
            len(found.waiting),
            len(found.declined),
            order=keep_blob([*found.admitted, *found.waiting]),
            scores=keep_blob(rows) if len(rows) >= FEWEST_SCORES else None,
            share=told,
        )
    )


def _read(call: Call) -> Call:
    call = locks.exclusive(call)
    if call.phase != Call.Phase.REVIEW:
        raise Closed("This call is not being read now.", remedy="Its page says where it stands.")
    return call


def _not_drafted(call: Call) -> None:
    if Release.objects.filter(call=call).exists():
        raise Closed(
            "The letters are drafted: outcomes and reasons stand.", remedy="Draft them anew where a word is wrong."
        )


def _check_letter(letter: Mapping[str, str]) -> None:
    subject, body = letter.get("subject", "").strip(), letter.get("body", "").strip()
    if not 0 < len(subject) <= MOST_SUBJECT or not 0 < len(body) <= MOST_BODY or "\n" in subject:
        raise Invalid(
            "A letter has no subject or no text, or too long ones.", remedy="Write all three.", field="letters"
        )
