"""What is decided about applications: the bar by reviewers, an outcome with its reason each, letters, appeals."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from stoa.kit import chance, clock
from stoa.kit.secrecy import Secret, declares
from stoa.members.models.applications import Application
from stoa.members.models.calls import Call
from stoa.people.models import Person

A_BAR = Secret("which bar a reviewer gave", "never")
WHO_GAVE_A_BAR = Secret("who gave a bar", "never, but to those who decide, how many", frozenset({"founder", "steward"}))
A_DECISION = Secret(
    "what is decided about an application",
    "never, but to its applicant once it is released",
    frozenset({"founder", "steward"}),
)
A_PART = Secret(
    "who set the bar of a call, put it in order, or wrote a reason", "never", frozenset({"founder", "steward"})
)
LETTERS = Secret("letters to applicants that are drafted", "they are released", frozenset({"founder", "steward"}))
AN_APPEAL = Secret("an appeal against a decision", "never", frozenset({"founder", "steward"}))


@declares(rows=WHO_GAVE_A_BAR, secret={"value": A_BAR})
class Bar(models.Model):
    """The score, in hundredths, from which a reviewer would admit. The lower median of all is the bar of the call."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="bars")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()
    given = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "person"], name="one_bar_each")]


@declares(rows=A_PART)
class Part(models.Model):
    """That somebody had a part in deciding a call beside its bars and letters; of a reason, in that about one application."""

    class What(models.TextChoices):
        BAR = "bar", "set the bar"
        ORDER = "order", "put the applications in order"
        REASON = "reason", "wrote a reason"

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="parts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=6, choices=What)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "person", "what", "application"], name="one_part_each", nulls_distinct=False
            )
        ]


@declares(rows=A_DECISION)
class Decision(models.Model):
    """The outcome for one application, with the reason that its applicant reads. `place` counts in the order of admission."""

    class Outcome(models.TextChoices):
        ADMITTED = "admitted", "admitted"
        WAITING = "waiting", "on the waiting list"
        DECLINED = "declined", "not admitted"
        GIVEN_UP = "given_up", "the place was given up"

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="decision")
    outcome = models.CharField(max_length=9, choices=Outcome)
    score = models.PositiveSmallIntegerField(null=True, help_text="hundredths")
    place = models.PositiveIntegerField(null=True)
    reason = models.TextField(blank=True)
    decided = models.DateTimeField(default=clock.now)
    moved = models.DateTimeField(null=True, help_text="when it was moved up or given up")

    class Meta:
        indexes = [
            models.Index(fields=["outcome", "place"], name="decision_in_order"),
            models.Index(fields=["place", "id"], name="decision_by_place"),
        ]

    def get_absolute_url(self) -> str:
        """Where its applicant reads it."""
        return reverse("members:mine", args=[self.application.call.slug])

    def standing(self, person_id: str) -> frozenset[str]:
        """Whoever it is about is its applicant."""
        return self.application.standing(person_id)


@declares(public="id call drafted_by drafted confirmed_by confirmed", secret={"letters": LETTERS})
class Release(models.Model):
    """The letters by which outcomes are told: drafted by one person, sent once another confirmed them."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="release")
    letters = models.JSONField(default=dict, help_text="subject and body by outcome")
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    drafted = models.DateTimeField(default=clock.now)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("drafted_by")), name="two_people_release"
            )
        ]


@declares(rows=AN_APPEAL)
class Appeal(models.Model):
    """What an applicant holds against a decision, and what people who did not decide it answered."""

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="appeal")
    words = models.TextField()
    made = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)
    reply = models.TextField(blank=True)
