"""A call that is read and decided, through the program's own acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.members import acts as members
from stoa.members.models import Application, Call, Decision
from stoa.members.rules.incoming import Incoming
from stoa.members.tasks import advance
from stoa.people.models import Person
from stoa.record.models import Blob, Entry
from stoa.review import acts as review
from stoa.review.acts.reading import Said
from stoa.review.models import Panel, Seat
from stoa.verify import Outcome
from stoa.verify.admissions import check_admissions
from stoa.verify.powers import Watch
from stoa.verify.reading import Reading
from stoa.verify.report import Report
from tests.cast import Cast
from tests.members.applying import apply
from tests.members.calling import opened
from tests.stage import acting

LETTERS = {
    "admitted": {"subject": "Welcome: [[call]]", "body": "Hello [[name]], come in.\n\n[[reason]]"},
    "waiting": {"subject": "You wait: [[call]]", "body": "Hello [[name]].\n\n[[reason]]"},
    "declined": {"subject": "Not this time: [[call]]", "body": "Hello [[name]].\n\n[[reason]]"},
}


def read(cast: Cast, slug: str, applicants: Sequence[Person], places: int | None = 2, **said: Any) -> Call:
    """A call to which these people applied, closed by the clock and given to be read."""
    call = opened(cast, slug, days=1, places=places)
    for person in applicants:
        apply(person, call, **said)
    with clock.travel(call.ends):
        advance()
        return members.begin_review(acting(cast.steward), call=call)


def seated(cast: Cast, call: Call, people: Sequence[Person], load: int = 9) -> None:
    """These people are asked to read for a call, and accept."""
    members.invite_reviewers(acting(cast.steward), call=call, people=people, load=load)
    asked = Seat.objects.filter(panel=call.panel_id, person__in=people, state=Seat.State.INVITED)
    for seat in asked.select_related("panel", "person"):
        review.accept(acting(seat.person), seat=seat, load=load)


def with_bar(cast: Cast, call: Call, reviewers: Sequence[Person], values: Sequence[int] = (300, 300, 300)) -> Call:
    """These people read for the call, and give these bars, which make the bar."""
    seated(cast, call, reviewers)
    for person, value in zip(reviewers, values, strict=False):
        members.give_bar(acting(person), call=call, value=value)
    return members.set_bar(acting(cast.steward), call=call)


def reviewed(cast: Cast, call: Call, scores: dict[Person, int]) -> None:
    """The panel reads what these people applied with, scores it so, as near as whole points of its reviewers come, and ends."""
    panel, steward = call.panel, acting(cast.steward)
    assert panel is not None
    review.run_assignment(steward, panel=panel)
    applicants = dict(Application.objects.filter(call=call).values_list("pk", "person"))
    by_id = {person.pk: score for person, score in scores.items()}
    for piece in panel.pieces.filter(withdrawn=None):
        held = list(piece.assignments.select_related("seat__person", "piece").order_by("pk"))
        total = round(len(held) * by_id[str(applicants[piece.object_id])] / 100)
        for n, one in enumerate(held):
            said = Said({"experience": total // len(held) + (n < total % len(held))}, "", "By the criteria.")
            review.give_review(acting(one.seat.person), assignment=one, said=said)
    review.close_panel(steward, panel=panel)


def ranked(cast: Cast, call: Call, scores: dict[Person, int]) -> None:
    """The same, and the applications are put in order, each with a reason."""
    steward = acting(cast.steward)
    if Panel.objects.get(pk=call.panel_id).phase != Panel.Phase.DONE:
        reviewed(cast, call, scores)
    members.rank(steward, call=call)
    for one in Application.objects.filter(call=call):
        members.give_reason(steward, application=one, reason=f"Reason for {one.person_id}.")


def decided(cast: Cast, call: Call, scores: dict[Person, int]) -> Call:
    """The same, released by the steward and the founder."""
    ranked(cast, call, scores)
    return released(cast, call)


def released(cast: Cast, call: Call) -> Call:
    """What is decided, released by the steward and the founder."""
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    return members.confirm_release(acting(cast.founder), call=call)


def admitted_by(application: Application) -> None:
    """The call of an application is decided, and it was admitted; how, is not told."""
    Call.objects.filter(pk=application.call_id).update(phase=Call.Phase.DECIDED)
    Decision.objects.create(application=application, outcome=Decision.Outcome.ADMITTED)


def ranked_among_many(cast: Cast, places: int | None = 2) -> Call:
    """A call to which so many applied that its scores will be published, read by one member and put in order."""
    cast.admit(3)
    call = opened(cast, days=1, places=places)
    incoming = [Incoming(source=f"n{n}", name=f"Person {n}", email=f"p{n}@example.net") for n in range(20)]
    members.import_applications(OPERATOR, call=call, incoming=incoming, digest="0" * 64)
    return _ranked_of(cast, call)


def _ranked_of(cast: Cast, call: Call) -> Call:
    with clock.travel(call.ends):
        advance()
        call = members.begin_review(acting(cast.steward), call=call)
    call = with_bar(cast, call, cast.members[-2:-1])
    review.lighten(acting(cast.steward), seat=Seat.objects.get(panel=call.panel_id), load=20)
    everybody = [one.person for one in Application.objects.filter(call=call).select_related("person") if one.person]
    ranked(cast, call, {person: 100 * (n % 5 + 1) for n, person in enumerate(everybody)})
    return call


def decided_of(cast: Cast, call: Call) -> Call:
    """A call that is open, closed by the clock, read by one member and decided."""
    return released(cast, _ranked_of(cast, call))


def decided_among_many(cast: Cast, places: int | None = 2) -> Call:
    """A call to which so many applied that its scores are published, decided."""
    return released(cast, ranked_among_many(cast, places))


def verified() -> dict[str, Outcome]:
    """What a stranger finds of the one call that was decided, in all that is on the record."""

    class Blobs:
        def blob(self, digest: str, cap: int = 10**9) -> bytes:
            return bytes(Blob.objects.get(pk=digest).body)[:cap]

    report, reading = Report("here"), Reading(Watch(Blobs().blob))
    for entry in Entry.objects.order_by("pk"):
        reading.take(bytes(entry.body))
    check_admissions(reading.deciding, Blobs(), reading.watch.sponsor_percent, report)
    return {check.code: check.outcome for check in report.checks}
