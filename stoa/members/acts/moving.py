"""Applications out to a file and in from one, each as one act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from stoa.kit import clock, locks
from stoa.kit.act import Actor, act, tell
from stoa.kit.faults import Closed, Invalid
from stoa.members import events
from stoa.members.acts.applications import content
from stoa.members.models import Appeal, Application, Call
from stoa.members.rules.earlier import people, places
from stoa.members.rules.incoming import Incoming, fault_of_incoming
from stoa.methods.identifiers import orcid, works
from stoa.methods.names import sort_key
from stoa.people.events import PrivateLook
from stoa.people.models import Person

CHUNK = 1_000


@act("members.applications.give_out", on="call", kind="sealed")
def give_out(actor: Actor, *, call: Call) -> list[str]:
    """Give out all that was submitted to a call, as the operator; each applicant can see that it was.

    Gives the numbers; `given_out` has what each holds.
    """
    rows = list(Application.objects.filter(call=call).order_by("submitted", "pk").values_list("pk", "person"))
    for _, person_id in rows:
        if person_id:
            tell(PrivateLook(person_id, f"your application to “{call.title}”, given out"), {"by": actor.name})
    return [pk for pk, _ in rows]


def given_out(numbers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What these applications hold, read some at a time; one that was withdrawn since is left out."""
    for at in range(0, len(numbers), CHUNK):
        rows = Application.objects.in_bulk(numbers[at : at + CHUNK])
        for one in (rows[pk] for pk in numbers[at : at + CHUNK] if pk in rows):
            yield {"number": one.pk, "submitted": clock.stamp(one.submitted), **content(one)}


@act("members.list.take", on="call", kind="sealed")
def take_list(actor: Actor, *, call: Call, people: Iterable[str]) -> int:
    """Take away a list of those who applied to a call, as one who keeps it; each of them can see that it was taken."""
    what = f"your line in a list of applications to “{call.title}”, taken away as a file"
    told = sorted(set(people))
    for person_id in told:
        tell(PrivateLook(person_id, what), {"by": actor.name})
    return len(told)


@act("members.appeal.read", on="call", kind="sealed")
def read_appeals(actor: Actor, *, call: Call, appeals: Sequence[Appeal]) -> None:
    """Read appeals against decisions of a call, as one who may decide some; who made them can see that they were read."""
    for one in appeals:
        person_id = one.decision.application.person_id
        if person_id and person_id != actor.person_id:
            tell(PrivateLook(person_id, f"your appeal about “{call.title}”"), {"by": actor.name})


@act("members.files.give_out", on="call", kind="sealed")
def give_out_files(actor: Actor, *, call: Call) -> list[str]:
    """Give out the files of all applications to a call, as one who keeps it; each applicant can see it.

    Gives those that have files.
    """
    rows = Application.objects.filter(call=call).exclude(files=[]).order_by("pk").values_list("pk", "person")
    found = list(rows)
    for _, person_id in found:
        if person_id:
            tell(
                PrivateLook(person_id, f"the files in your application to “{call.title}”, given out"),
                {"by": actor.name},
            )
    return [pk for pk, _ in found]


@act("members.applications.import", on="call")
def import_applications(actor: Actor, *, call: Call, incoming: Sequence[Incoming], digest: str) -> int:
    """Take applications from a file into a call that is announced; those that came before are passed over."""
    call = locks.exclusive(call)
    if call.phase in {Call.Phase.DRAFT, Call.Phase.REVIEW, Call.Phase.DECIDED}:
        raise Closed("Applications can be taken in from the announcement until they are read.")
    known = set(Application.objects.filter(call=call).exclude(source="").values_list("source", flat=True))
    new = [one for one in {each.source: each for each in incoming}.values() if one.source not in known]
    for number, one in enumerate(new, start=1):
        _check(call, one, number)
    people = _people(new)
    applied = set(Application.objects.filter(call=call, person__isnull=False).values_list("person_id", flat=True))
    rows = []
    for one in new:
        person = people.get(one.email.lower())
        if person is None or person.pk not in applied:
            rows.append(_row(call, one, person))
            applied |= {person.pk} if person else set()
    Application.objects.bulk_create(rows, batch_size=CHUNK)
    tell(events.ApplicationsImported(call.pk, digest, len(rows), len(incoming) - len(rows)))
    return len(rows)


def _check(call: Call, one: Incoming, number: int) -> None:
    if fault := fault_of_incoming(call, one):
        raise Invalid(f"Application {number} ({one.source or 'without an id'}): {fault}")


def _people(incoming: Sequence[Incoming]) -> dict[str, Person]:
    """Who these are, by address: with an account that is there, or one made now, which has no role."""
    names = {one.email.lower(): " ".join(one.name.split()) for one in incoming if one.email}
    found = {str(person.email): person for person in Person.objects.filter(email__in=names)}
    for address, name in names.items():
        if address not in found:
            found[address] = Person.objects.create(name=name, email=address)
    return found


def _row(call: Call, one: Incoming, person: Person | None) -> Application:
    name = person.name if person else " ".join(one.name.split())
    return Application(
        call=call,
        person=person,
        name=name,
        sort_name=sort_key(name)[:120],
        organisation=one.organisation.strip(),
        orcid=orcid(one.orcid) or "",
        earlier=places(one.earlier),
        advisers=people(one.advisers),
        advisees=people(one.advisees),
        publications=[asdict(work) for work in works(one.publications)],
        answers={key: value for key, value in one.answers.items() if value not in (None, "", [])},
        begun=one.submitted or clock.now(),
        submitted=one.submitted or clock.now(),
        source=one.source,
    )
