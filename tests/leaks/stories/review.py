"""What is secret of panels: who reads what, what they say of it and to each other."""

from __future__ import annotations

from datetime import timedelta

from stoa.kit import clock
from stoa.members import acts as members
from stoa.members.models import Call
from stoa.review import acts as review
from stoa.review.acts.panels import Criterion, Example
from stoa.review.acts.reading import Said
from stoa.review.models import A_PIECE, A_REVIEW, WHO_REVIEWS, Assignment
from tests.leaks.worlds import World, about
from tests.stage import acting


@about(WHO_REVIEWS, A_REVIEW)
def who_reads_a_call_and_what_they_say(world: World) -> None:
    """Whether another is asked to read a call, and what its reviewer gives for which application, and says to the panel."""
    if world.otherwise:
        call, me = Call.objects.get(slug="barless"), acting(world.some[0])
        members.invite_reviewers(acting(world.cast.steward), call=call, people=[world.some[3]], load=3)
        held = Assignment.objects.filter(piece__panel=call.panel_id, seat__person=world.some[0])
        one = held.select_related("piece__panel", "seat__person").order_by("piece__number")[0]
        review.give_review(me, assignment=one, said=Said({"experience": 5}, "To the panel.", "To the applicant."))
        review.write_remark(me, panel=one.piece.panel, number=one.piece.number, body="Cabbages matter.")


@about(WHO_REVIEWS, A_PIECE, A_REVIEW)
def who_reviews_what(world: World) -> None:
    """Who reviews on a panel, what is before it, who is in conflict with it, and what they say of it and to each other."""
    steward, (one, other, third) = acting(world.cast.steward), world.some[11:14]
    criteria = [Criterion("fit", "Fit", "How well it fits.", [Example(2, "Hardly."), Example(5, "Wholly.")])]
    panel = review.set_up_panel(
        steward, title="Cabbage prize", criteria=criteria, deadline=clock.now() + timedelta(days=9), reviews_each=1
    )
    for title in ("First", "Second"):
        review.put_piece(steward, panel=panel, title=title, text=f"{title} on cabbages.")
    for person in (one, other):
        seat = review.invite(steward, panel=panel, person=person, load=5)
        review.accept(acting(person), seat=seat, load=5)
    review.run_assignment(steward, panel=panel)
    if world.otherwise:
        panel.refresh_from_db()
        review.invite(steward, panel=panel, person=third, load=3)
        review.put_piece(steward, panel=panel, title="Third", text="Third on cabbages.")
        held = Assignment.objects.select_related("seat__person", "piece").order_by("pk")
        first, second = held[0], held[1]
        me = acting(first.seat.person)
        review.give_review(me, assignment=first, said=Said({"fit": 4}, "To the panel.", "To the author."))
        review.write_remark(me, panel=panel, number=first.piece.number, body="Cabbages matter.")
        review.declare_conflict(acting(second.seat.person), panel=panel, number=second.piece.number)
