"""A call that is read and decided, through the program's own acts."""

from __future__ import annotations

from collections.abc import Sequence

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.members import acts as members
from stoa.members.models import Application, Call
from stoa.members.tasks import advance
from stoa.people import acts as people
from stoa.people.models import Person
from tests.cast import Cast
from tests.members.applying import apply
from tests.members.calling import opened
from tests.stage import acting

LETTERS = {
    "admitted": {"subject": "Welcome: [[call]]", "body": "Hello [[name]], come in.\n\n[[reason]]"},
    "waiting": {"subject": "You wait: [[call]]", "body": "Hello [[name]].\n\n[[reason]]"},
    "declined": {"subject": "Not this time: [[call]]", "body": "Hello [[name]].\n\n[[reason]]"},
}


def read(cast: Cast, slug: str, applicants: Sequence[Person]) -> Call:
    """A call to which these people applied, closed by the clock and given to be read."""
    call = opened(cast, slug, days=1)
    for person in applicants:
        apply(person, call)
    with clock.travel(call.ends):
        advance()
        return members.begin_review(acting(cast.steward), call=call)


def with_bar(cast: Cast, call: Call, reviewers: Sequence[Person], values: Sequence[int] = (300, 300, 300)) -> Call:
    """These people read for the call, and give these bars, which make the bar."""
    for person, value in zip(reviewers, values, strict=False):
        people.give_role(OPERATOR, person=person, role="reviewer", scope=call.reference)
        members.give_bar(acting(person), call=call, value=value)
    return members.set_bar(acting(cast.steward), call=call)


def ranked(cast: Cast, call: Call, scores: dict[Person, int]) -> None:
    """Put the applications of these people in order, each with a reason."""
    rows = {one.person_id: one for one in Application.objects.filter(call=call)}
    steward = acting(cast.steward)
    members.rank(steward, call=call, scores={rows[person.pk].pk: score for person, score in scores.items()})
    for person, one in rows.items():
        members.give_reason(steward, application=one, reason=f"Reason for {person}.")


def decided(cast: Cast, call: Call, scores: dict[Person, int]) -> Call:
    """The same, released by the steward and the founder."""
    ranked(cast, call, scores)
    members.draft_release(acting(cast.steward), call=call, letters=LETTERS)
    return members.confirm_release(acting(cast.founder), call=call)
