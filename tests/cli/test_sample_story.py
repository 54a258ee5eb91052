"""The sample as it stands once its story was told: rounds, statements, answers, the map that shows groups, and threads."""

from __future__ import annotations

import pytest
from rich.progress import Progress

from stoa.agenda.models import Answer, Participant, PublishedMap, Round, Statement
from stoa.cli.sample import load
from stoa.forum.models import Appeal, Case, Mention, Post, Thread
from stoa.kit import clock
from stoa.kit.models import Mail
from stoa.members.models import Application, Call, Enquiry
from stoa.notices.models import Announcement, Event
from stoa.people.models import Person, Suspension
from stoa.record.models import Entry, Pending
from stoa.review.models import Conflict, Seat
from stoa.review.queries import outlook

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_the_sample_has_a_finished_round_one_with_its_vote_open_and_one_in_discussion() -> None:
    with Progress(disable=True) as progress:
        load(progress)
    phases = {round.slug: round.phase for round in Round.objects.all()}
    assert phases == {"2026": "agenda", "2027": "vote", "2028": "discussion"}
    assert Person.objects.count() == 300
    assert not Pending.objects.exists()
    _check_discussion(Round.objects.get(slug="2028"))
    _check_threads()
    _check_call()
    _check_notices()


def _check_discussion(round: Round) -> None:
    assert Statement.objects.filter(round=round, state=Statement.State.STANDING).count() == 150
    assert Participant.objects.filter(round=round).count() == 298
    assert 12_000 < Answer.objects.count() < 24_000
    assert not Entry.objects.filter(type__startswith="agenda.answer").exists()
    drawn = PublishedMap.objects.get(round=round)
    assert drawn.people == 298
    assert len(drawn.data["groups"]) == 3
    assert drawn.data["shared"]
    assert drawn.data["dividing"]


def _check_threads() -> None:
    assert Thread.objects.count() == 27
    assert {thread.subject.partition(":")[0] for thread in Thread.objects.all()} == {
        "round",
        "question",
        "statement",
        "entry",
    }
    assert Post.objects.count() == 146
    assert Post.objects.filter(state=Post.State.REMOVED).count() == 1
    assert Post.objects.exclude(edited=None).count() == 2
    assert Mention.objects.count() >= 5
    assert [(case.outcome, case.reason) for case in Case.objects.all()] == [("removed", "personal-attack")]
    assert [appeal.outcome for appeal in Appeal.objects.all()] == ["upheld"]


def _check_call() -> None:
    call = Call.objects.get()
    assert (call.phase, Application.objects.filter(call=call).count()) == ("review", 120)
    assert call.panel is not None
    seen = outlook(call.panel)
    assert (seen.wanted, seen.assigned, seen.given) == (360, 360, 90)
    assert Seat.objects.filter(panel=call.panel, state=Seat.State.ACCEPTED).count() == 20
    assert Conflict.objects.filter(seat__panel=call.panel, kind="organisation").exists()
    assert not Mail.objects.exists()


def _check_notices() -> None:
    assert [one.versions.count() for one in Announcement.objects.order_by("number")] == [1, 2, 1]
    came = [
        (event.begins < clock.now(), event.registrations.filter(waiting=False).count(), event.registrations.count())
        for event in Event.objects.order_by("begins")
    ]
    assert came == [(True, 38, 38), (False, 30, 34), (False, 0, 0)]
    assert [bool(one.answer) for one in Enquiry.objects.all()] == [True, True]
    suspended = Suspension.objects.get()
    assert (suspended.granted, suspended.runs_at(clock.now())) == (True, False)
