"""Panels that tests of reviewing begin with."""

from __future__ import annotations

from datetime import timedelta

from stoa.kit import clock
from stoa.people.models import Person
from stoa.review import acts, queries
from stoa.review.acts.panels import Criterion, Example
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment, Piece
from tests.cast import Cast
from tests.scenes import Scene
from tests.stage import acting

FIT = Criterion("fit", "Fit", "How well it fits.", [Example(2, "Hardly."), Example(5, "Wholly.")])


SAID = Said({"fit": 4}, "For the panel MARK.", "For the author MARK.")


class Reading(Scene):
    """A panel of three reviewers for four texts, two reviews each, assigned; the fourth member is on no panel."""

    assigned = True
    load = 4

    def set(self) -> None:
        self.cast = Cast()
        self.cast.admit(5)
        self.steward = acting(self.cast.steward)
        self.reviewers: list[Person] = self.cast.members[-3:]
        deadline = clock.now() + timedelta(days=10)
        self.panel = acts.set_up_panel(self.steward, title="Prize", criteria=[FIT], deadline=deadline, reviews_each=2)
        for n in range(1, 5):
            acts.put_piece(self.steward, panel=self.panel, title=f"Text {n}", text=f"On subject {n}.")
        for person in self.reviewers:
            seat = acts.invite(self.steward, panel=self.panel, person=person, load=self.load)
            acts.accept(acting(person), seat=seat, load=self.load, work="On subject 1.")
        if self.assigned:
            acts.run_assignment(self.steward, panel=self.panel)
        self.panel.refresh_from_db()

    def own(self, person: Person) -> Assignment:
        """What this reviewer reads first."""
        assignment = queries.desk(self.panel, person.pk).next
        assert assignment is not None
        return assignment

    def pair(self) -> tuple[Assignment, Assignment]:
        """Two reviewers' assignments of one piece."""
        piece = Piece.objects.filter(assignments__isnull=False).order_by("number")[0]
        one, other = Assignment.objects.filter(piece=piece).select_related("seat__person", "piece").order_by("pk")
        return one, other


class Inviting(Reading):
    """The same before reviewers are assigned."""

    assigned = False


class Shared(Reading):
    """The same with loads that leave each reviewer two texts at least."""

    load = 3
