"""After a restore: takes calls and members as far as the recovered entries tell.

So the clock takes no published step of a call twice, what was decided about applications stays so, who is suspended stays
so, one person's accounts stay joined, and nobody is asked again to accept what they accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from stoa.charter.models import Policy
from stoa.members import events
from stoa.members.acts.deciding import LETTERS
from stoa.members.acts.deciding_panel import take_away
from stoa.members.acts.pairs import merge
from stoa.members.models import Acceptance, Application, Call, Decision, Release
from stoa.people.events import RoleEnded, RoleGiven
from stoa.people.models import Pair, Person, Suspension
from stoa.people.recovering import give_again
from stoa.record.models import Blob

Leaf = Mapping[str, Any]
LOST = "What was written is lost: the server was restored from a backup."
LOST_LETTER = {"subject": "[[call]]", "body": "[[reason]]\n\n[[page]]"}
OUTCOME = Decision.Outcome
GIVE_UP = "members.place.give_up"

PHASES = {
    events.CallAnnounced.type: Call.Phase.ANNOUNCED,
    events.CallOpened.type: Call.Phase.OPEN,
    events.CallClosed.type: Call.Phase.CLOSED,
}


def bring_back(leaves: Sequence[Leaf]) -> None:
    """Called inside the act that recovers the log's tail, with its entries.

    What was announced or changed after the backup has lost its texts: of a call that the tables don't know, the record alone
    tells. Applications submitted since are lost too; the outage that the restore ends moves the deadline they were for.
    """
    for leaf in leaves:
        call = Call.objects.filter(pk=leaf["subject"].removeprefix("call:")).first()
        if call is not None and leaf["type"].startswith("members.call."):
            _take(call, leaf)
        if call is not None and leaf["type"] in DECIDING:
            DECIDING[leaf["type"]](call, leaf)
        if leaf["act"] == GIVE_UP and "role" in leaf["facts"]:
            _move(leaf)
        if leaf["type"] in PEOPLE and _known(leaf):
            PEOPLE[leaf["type"]](leaf["facts"], leaf, datetime.fromisoformat(leaf["at"]))


def _take(call: Call, leaf: Leaf) -> None:
    for name in {"opens", "closes"} & leaf["facts"].keys():
        setattr(call, name, datetime.fromisoformat(leaf["facts"][name]))
    if leaf["type"] in {events.CallAmended.type, events.CallExtended.type}:
        call.version += 1
    call.phase = PHASES.get(leaf["type"], call.phase)
    if call.phase != Call.Phase.DRAFT:
        call.announced = call.announced or datetime.fromisoformat(leaf["at"])
    call.save()


def _set_bar(call: Call, leaf: Leaf) -> None:
    """Where the reading had not begun in the backup, it begins anew, and its reviewers give another bar."""
    if call.phase == Call.Phase.REVIEW:
        call.bar = leaf["facts"]["bar"]
        call.save(update_fields=["bar"])


def _decide(call: Call, leaf: Leaf) -> None:
    """Outcomes come back without reasons that were written since, and letters without their words.

    What was submitted after the backup is lost. What was withdrawn since is told by the scores, where they were published,
    or else by the number of those declined; where it is not, what is neither admitted nor waiting has no outcome.
    """
    facts, at = leaf["facts"], datetime.fromisoformat(leaf["at"])
    order, scores = _blob(facts["order"]), _blob(facts.get("scores"))
    if order is None:
        return
    known, there = dict(scores or []), {one.pk: one for one in Application.objects.filter(call=call)}
    if scores is not None:
        for one in [there.pop(pk) for pk in there.keys() - known.keys()]:
            take_away(one)
            one.delete()
    place = {pk: number for number, pk in enumerate(order, start=1)}
    rest = there.keys() - place.keys()
    declined = rest if scores is not None or len(rest) == facts["declined"] else set()
    call.bar, call.phase = facts["bar"], Call.Phase.DECIDED
    call.save(update_fields=["bar", "phase"])
    told = {"letters": dict.fromkeys(LETTERS, LOST_LETTER), "drafted": at, "drafted_by": None}
    Release.objects.update_or_create(call=call, defaults={**told, "confirmed": at, "confirmed_by_id": _by(leaf)})
    before = {one.application_id: one for one in Decision.objects.filter(application__call=call)}
    for pk in (place.keys() & there.keys()) | declined:
        decision = before.get(pk) or Decision(application=there[pk], reason=LOST)
        decision.place, decision.decided = place.get(pk), at
        decision.score = known.get(pk, decision.score)
        decision.outcome = OUTCOME.DECLINED if pk in declined else _outcome(place[pk], facts["admitted"])
        decision.save()


def _outcome(place: int, admitted: int) -> str:
    return OUTCOME.ADMITTED if place <= admitted else OUTCOME.WAITING


def _move(leaf: Leaf) -> None:
    """Who gave up a place, and who came after: told by the roles that the one ceased and the other came to hold."""
    gave_up = leaf["type"] == RoleEnded.type
    before, after = (OUTCOME.ADMITTED, OUTCOME.GIVEN_UP) if gave_up else (OUTCOME.WAITING, OUTCOME.ADMITTED)
    rows = Decision.objects.filter(application__person=leaf["facts"]["person"], outcome=before)
    rows = rows.filter(application__call__admits=leaf["facts"]["role"], application__call__phase=Call.Phase.DECIDED)
    for one in rows.order_by("-decided", "-pk")[:1]:
        one.outcome, one.moved = after, datetime.fromisoformat(leaf["at"])
        one.save(update_fields=["outcome", "moved"])


def _blob(name: str | None) -> Any:
    """What an entry names by its digest, where it came with the entries."""
    found = Blob.objects.filter(sha256=name).first() if name else None
    return json.loads(bytes(found.body)) if found else None


def _known(leaf: Leaf) -> bool:
    """Whether everybody of whom it tells is in the backup; who came later is lost."""
    told = {leaf["facts"][name] for name in ("person", "ended") if name in leaf["facts"]}
    return Person.objects.filter(pk__in=told).count() == len(told)


def _by(leaf: Leaf) -> str | None:
    """Who acted, if they are in the backup."""
    pk = str(leaf["actor"]).removeprefix("person:")
    return pk if Person.objects.filter(pk=pk).exists() else None


def _suspend(facts: Leaf, leaf: Leaf, at: datetime) -> None:
    told = {"code": facts["code"], "end": datetime.fromisoformat(facts["until"]), "start": at}
    given = {"person_id": facts["person"], "given_by_id": _by(leaf), "words": LOST, **told}
    Suspension.objects.get_or_create(pk=facts["suspension"], defaults=given)


def _lift(facts: Leaf, _: Leaf, at: datetime) -> None:
    Suspension.objects.filter(pk=facts["suspension"]).update(lifted=at)


def _judge(facts: Leaf, leaf: Leaf, at: datetime) -> None:
    for one in Suspension.objects.filter(pk=facts["suspension"]):
        one.granted, one.decided, one.decided_by_id, one.reply = facts["granted"], at, _by(leaf), LOST
        if one.appealed is None:
            one.appealed, one.appeal = at, LOST
        if one.granted and one.runs_at(at):
            one.lifted = at
        one.save()


def _accept(facts: Leaf, _: Leaf, at: datetime) -> None:
    """A version that was published after the backup has lost its text, and is published and accepted anew."""
    published = Policy.objects.filter(kind=Policy.Kind.CONDUCT).order_by("published", "pk")
    for code in published[facts["version"] - 1 : facts["version"]]:
        Acceptance.objects.get_or_create(person_id=facts["person"], policy=code, defaults={"at": at})


def _join(facts: Leaf, _: Leaf, at: datetime) -> None:
    merge(Person.objects.get(pk=facts["ended"]), Person.objects.get(pk=facts["person"]))
    both = Q(older=facts["person"], younger=facts["ended"]) | Q(older=facts["ended"], younger=facts["person"])
    Pair.objects.filter(both, settled=None).update(settled=at, same=True, reason=LOST)


def _give(facts: Leaf, _: Leaf, at: datetime) -> None:
    """The role of organiser of a call that the backup has; other roles come back with people."""
    kind, _colon, pk = facts.get("scope", "").partition(":")
    if kind == "call" and Call.objects.filter(pk=pk).exists():
        give_again(Person.objects.get(pk=facts["person"]), facts, at)


DECIDING: dict[str, Callable[[Call, Leaf], None]] = {
    events.BarSet.type: _set_bar,
    events.CallDecided.type: _decide,
}
PEOPLE: dict[str, Callable[[Leaf, Leaf, datetime], None]] = {
    events.Suspended.type: _suspend,
    events.SuspensionLifted.type: _lift,
    events.SuspensionJudged.type: _judge,
    events.ConductAccepted.type: _accept,
    events.AccountsJoined.type: _join,
    RoleGiven.type: _give,
}
