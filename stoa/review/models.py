"""Tables of review: the panel, its seats, the pieces before it, conflicts, who reads what, reviews, remarks, and each run."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from stoa.kit import clock
from stoa.kit.act import PARTY
from stoa.kit.secrecy import Secret, declares
from stoa.people.models import Person
from stoa.people.queries import roles_scoped

KEEPERS = frozenset({"founder", "steward"})
WHO_REVIEWS = Secret("who reviews, and what", "never", KEEPERS)
A_PIECE = Secret("what is before a panel, and whose it is", "never", KEEPERS)
A_REVIEW = Secret("what a reviewer says of a piece", "never", KEEPERS)


@declares(
    public="id kind object_id title criteria least most reviews_each minutes_each deadline phase seed_digest opened named",
    internal="seed",
)
class Panel(models.Model):
    """Those who read some pieces by the same criteria until a deadline. It serves the object `kind:object_id`, or nothing.

    `criteria` is a list of `code`, `title`, `rubric`, `weight` and two `examples`, each with `score` and `text`. `named`:
    reviewers of one piece see each other's names once they see each other's reviews. Authors never see them.
    """

    class Phase(models.TextChoices):
        SETTING_UP = "setting_up", "setting up"
        REVIEWING = "reviewing", "reviewing"
        DISCUSSING = "discussing", "discussing"
        DONE = "done", "done"

    kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=160)
    criteria = models.JSONField()
    least = models.PositiveSmallIntegerField(default=1)
    most = models.PositiveSmallIntegerField(default=5)
    reviews_each = models.PositiveSmallIntegerField(default=3)
    minutes_each = models.PositiveSmallIntegerField(default=30)
    deadline = models.DateTimeField()
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.SETTING_UP)
    named = models.BooleanField(default=False)
    seed = models.CharField(max_length=64)
    seed_digest = models.CharField(max_length=64, help_text="SHA-256 of the seed, on the record from the beginning")
    opened = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-opened", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(most__gt=F("least")), name="scale_of_scores"),
            models.CheckConstraint(condition=Q(reviews_each__gte=1), name="some_review_each"),
            models.UniqueConstraint(fields=["kind", "object_id"], condition=~Q(kind=""), name="one_panel_an_object"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The desk of this panel."""
        return reverse("review:desk", args=[self.pk])

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"panel:{self.pk}"

    @property
    def serves(self) -> str:
        """The reference of what it serves; of one that serves nothing it names nothing."""
        return f"{self.kind}:{self.object_id}"

    @property
    def weights(self) -> dict[str, int]:
        """How much each criterion counts, by its code."""
        return {criterion["code"]: criterion.get("weight", 1) for criterion in self.criteria}

    @property
    def is_read(self) -> bool:
        """Whether reviews can be given."""
        return self.phase in {Panel.Phase.REVIEWING, Panel.Phase.DISCUSSING}

    def standing(self, person_id: str) -> frozenset[str]:
        """Who accepted a seat is a `reviewer`; who was given the panel, or what it serves, is its `organiser`.

        Whoever has a text of their own before it is party to it. They may read others', where they have a seat.
        """
        scopes = {self.reference, f"{self.kind}:{self.object_id}"}
        found = {"organiser"} if any(("organiser", scope) in roles_scoped(person_id) for scope in scopes) else set()
        if self.seats.filter(person=person_id, state=Seat.State.ACCEPTED).exists():
            found.add("reviewer")
        if self.pieces.filter(withdrawn=None, met_by__contains=[f"is person:{person_id}"]).exists():
            found.add(PARTY)
        return frozenset(found)


@declares(rows=WHO_REVIEWS)
class Seat(models.Model):
    """A reviewer on a panel. `texts`: what they work on, for how well pieces fit. `known`: people they declared ties with."""

    class State(models.TextChoices):
        INVITED = "invited", "invited"
        ACCEPTED = "accepted", "accepted"
        DECLINED = "declined", "declined"
        REMOVED = "removed", "removed"

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")
    load = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.INVITED)
    texts = models.JSONField(default=list)
    known = models.JSONField(default=dict)
    invited = models.DateTimeField(default=clock.now)
    answered = models.DateTimeField(null=True)
    reminded = models.DateTimeField(null=True, help_text="when a mail last said that reviews are due soon")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["panel", "person"], name="one_seat_a_person")]

    def standing(self, person_id: str) -> frozenset[str]:
        """The reviewer is `self`; others have the standing that they have towards the panel, but for that of reviewers."""
        own = frozenset({"self"}) if person_id == self.person_id else frozenset()
        return own | (self.panel.standing(person_id) - {"reviewer"})


@declares(rows=A_PIECE)
class Piece(models.Model):
    """What is read: the object `kind:object_id` of another part, by its number on this panel.

    `authors` is what is known of each for finding conflicts: `keys`, `organisations`, `wrote_with`, `advised`, `tied`.
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="pieces")
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    authors = models.JSONField(default=list)
    met_by = ArrayField(
        models.TextField(), default=list, help_text="what somebody is known by who is in conflict with it"
    )
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["panel", "number"], condition=Q(withdrawn=None), name="piece_to_read"),
            models.Index(fields=["panel"], condition=Q(withdrawn__isnull=False), name="piece_withdrawn"),
            GinIndex(fields=["met_by"], name="piece_by_conflict"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["panel", "number"], name="one_piece_a_number"),
            models.UniqueConstraint(fields=["panel", "kind", "object_id"], name="before_a_panel_once"),
        ]

    @property
    def of(self) -> str:
        """The reference of what it is made of, in the part that put it there."""
        return f"{self.kind}:{self.object_id}"


@declares(rows=WHO_REVIEWS)
class Conflict(models.Model):
    """Why a reviewer does not read a piece: found or declared. One that was found wrongly is `cleared`, with its reason."""

    class Source(models.TextChoices):
        FOUND = "found", "found"
        DECLARED = "declared", "declared"

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="conflicts")
    piece = models.ForeignKey(Piece, on_delete=models.CASCADE, related_name="conflicts")
    kind = models.CharField(max_length=12)
    source = models.CharField(max_length=8, choices=Source)
    at = models.DateTimeField(default=clock.now)
    cleared = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "piece", "kind"], name="conflict_once")]

    def standing(self, person_id: str) -> frozenset[str]:
        """The standing that somebody has towards the panel, but nobody clears their own conflict."""
        return frozenset() if person_id == self.seat.person_id else self.seat.panel.standing(person_id)


@declares(rows=WHO_REVIEWS)
class Assignment(models.Model):
    """That a reviewer reads a piece, and how far they are."""

    class State(models.TextChoices):
        TO_READ = "to_read", "to read"
        GIVEN = "given", "given"
        ABSTAINED = "abstained", "abstained"

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="assignments")
    piece = models.ForeignKey(Piece, on_delete=models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=9, choices=State, default=State.TO_READ)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["piece__number"]
        indexes = [models.Index(fields=["seat", "state"], name="assignment_how_far")]
        constraints = [models.UniqueConstraint(fields=["seat", "piece"], name="reads_once")]

    def standing(self, person_id: str) -> frozenset[str]:
        """Who is to read it is the `reviewer`."""
        return frozenset({"reviewer"}) if person_id == self.seat.person_id else frozenset()


@declares(rows=A_REVIEW)
class Review(models.Model):
    """What a reviewer says: a score for each criterion, a text for the panel, one for the author. A draft until `given`."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="review")
    scores = models.JSONField(default=dict)
    for_panel = models.TextField(blank=True)
    for_author = models.TextField(blank=True)
    reason = models.TextField(blank=True, help_text="why nothing is said, of who abstained")
    version = models.PositiveIntegerField(default=0, help_text="rises with each save")
    saved = models.DateTimeField(default=clock.now)
    given = models.DateTimeField(null=True)


@declares(rows=A_REVIEW)
class Remark(models.Model):
    """What a reviewer says of a piece to the others who read it, once they gave their own review."""

    piece = models.ForeignKey(Piece, on_delete=models.CASCADE, related_name="remarks")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]


@declares(rows=WHO_REVIEWS)
class Run(models.Model):
    """One assignment of reviewers, with all that is needed to compute and to check it again."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="runs")
    at = models.DateTimeField(default=clock.now)
    inputs = models.BinaryField()
    inputs_digest = models.CharField(max_length=64)
    result = models.BinaryField()
    result_digest = models.CharField(max_length=64)
    pairs = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    objective = models.BigIntegerField()
    affinity = models.CharField(max_length=120, help_text="how it was told how close texts are")
    fault = models.CharField(
        max_length=120, blank=True, help_text="why that was not by embeddings although a server is set"
    )

    class Meta:
        ordering = ["-pk"]
