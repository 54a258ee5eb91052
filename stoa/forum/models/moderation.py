"""Tables of moderation: cases with their reports and appeals, what was written when, and whom or what somebody put away."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from stoa.forum.models.posts import MOST_REFERENCE
from stoa.kit import chance, clock
from stoa.kit.secrecy import MODERATORS, Secret, declares
from stoa.people.models import Person

A_REPORT = Secret("a report, and the case it began", "never", MODERATORS)
WHO_WROTE = Secret("who wrote what, where it is unsigned, and at what pace", "never", MODERATORS)
PUT_AWAY = Secret("whom and what somebody put away", "never")


@declares(rows=A_REPORT)
class Case(models.Model):
    """A matter for moderators: a piece of writing or a person's conduct, from its first report, or its hold, to the decision.

    Private, so its id says nothing. `concerns` wrote the piece, or is whom a complaint is about. `apart` keeps stewards
    and founders out, since it concerns one of them. `text` is what the piece said when the case began. `decided_by` is
    null where the operator decided.
    """

    class Outcome(models.TextChoices):
        LEFT = "left", "left as it is"
        RELEASED = "released", "let through"
        REMOVED = "removed", "removed"
        UPHELD = "upheld", "upheld"

    id = models.CharField(primary_key=True, max_length=32, default=chance.opaque_id, editable=False)
    subject = models.CharField(max_length=MOST_REFERENCE)
    concerns = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    apart = models.BooleanField(default=False)
    held = models.BooleanField(default=False, help_text="it began because a first piece waited")
    text = models.TextField(blank=True)
    opened = models.DateTimeField(default=clock.now)
    decided = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30, blank=True)
    restored = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opened", "pk"]
        indexes = [
            models.Index(fields=["opened"], condition=Q(decided=None), name="case_waiting"),
            models.Index(fields=["subject", "-decided"], name="case_by_subject"),
            models.Index(fields=["concerns", "-decided"], name="case_by_person"),
            models.Index(fields=["decided"], name="case_by_decision"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(decided=None), name="one_open_case_each"),
            models.CheckConstraint(
                condition=Q(decided=None, outcome="") | (Q(decided__isnull=False) & ~Q(outcome="")),
                name="decided_with_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["removed", "upheld"]) | ~Q(reason=""), name="removed_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(concerns=None) | ~Q(decided_by=F("concerns")),
                name="nobody_decides_their_own_case",
            ),
            models.CheckConstraint(condition=Q(restored=None) | Q(outcome="removed"), name="restores_what_was_removed"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_complaint(self) -> bool:
        """Whether it is about a person's conduct, not about something written."""
        return self.subject.startswith("person:")

    def standing(self, person_id: str) -> frozenset[str]:
        """Whom it concerns is its `author`: the one who may appeal."""
        return frozenset({"author"}) if person_id == self.concerns_id else frozenset()


@declares(rows=A_REPORT)
class Report(models.Model):
    """That somebody asked moderators to look. Known to those who handle the case, never to whom it concerns."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    reporter = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    words = models.TextField(blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["reporter", "at"], name="report_by_reporter")]
        constraints = [models.UniqueConstraint(fields=["case", "reporter"], name="one_report_a_case_each")]


@declares(rows=A_REPORT)
class Appeal(models.Model):
    """The one appeal against a removal, and what those who did not decide it made of it."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "stays removed"
        REVERSED = "reversed", "put back"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="appeal")
    words = models.TextField()
    made = models.DateTimeField(default=clock.now)
    decided = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["made", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided=None, outcome="") | (Q(decided__isnull=False) & ~Q(outcome="")),
                name="appeal_decided_with_outcome",
            )
        ]


@declares(public="id reference at", internal="passed", secret={"person": WHO_WROTE})
class Writing(models.Model):
    """That somebody wrote a piece at an instant: for their pace, and to know first pieces from later ones.

    `passed` says that it stood at once or was let through.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=MOST_REFERENCE, unique=True)
    at = models.DateTimeField(default=clock.now)
    passed = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="writing_by_person")]


@declares(rows=PUT_AWAY)
class Hidden(models.Model):
    """That somebody hid a piece for themselves."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=MOST_REFERENCE)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "reference"], name="hidden_once")]


@declares(rows=PUT_AWAY)
class Mute(models.Model):
    """That somebody wants what another writes put away, for themselves."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    muted = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "muted"], name="muted_once"),
            models.CheckConstraint(condition=~Q(person=F("muted")), name="nobody_mutes_themselves"),
        ]
