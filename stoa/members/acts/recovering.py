"""After a restore: takes calls and members as far as the recovered entries tell.

So the clock takes no published step of a call twice, who is suspended stays so, one person's accounts stay joined, and
nobody is asked again to accept what they accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from stoa.charter.models import Policy
from stoa.members import events
from stoa.members.acts.pairs import merge
from stoa.members.models import Acceptance, Call
from stoa.people.events import RoleGiven
from stoa.people.models import Pair, Person, Role, Suspension

Leaf = Mapping[str, Any]
LOST = "What was written is lost: the server was restored from a backup."

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


def _give(facts: Leaf, leaf: Leaf, at: datetime) -> None:
    """Of roles that were given since, only those come back that went from one account of a person to the other."""
    if leaf["act"] == "members.pair.settle":
        until = datetime.fromisoformat(facts["until"]) if facts.get("until") else None
        held = {"person_id": facts["person"], "role": facts["role"], "scope": facts.get("scope", "")}
        if not Role.objects.filter(Q(end=None) | Q(end__gt=at), **held).exists():
            Role.objects.create(start=at, end=until, **held)


PEOPLE: dict[str, Callable[[Leaf, Leaf, datetime], None]] = {
    events.Suspended.type: _suspend,
    events.SuspensionLifted.type: _lift,
    events.SuspensionJudged.type: _judge,
    events.ConductAccepted.type: _accept,
    events.AccountsJoined.type: _join,
    RoleGiven.type: _give,
}
