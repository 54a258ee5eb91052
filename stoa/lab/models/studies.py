"""The tables of studies: a question with its plan, registered before the first run, and each change of the plan."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from stoa.agenda.models import Question
from stoa.kit import chance, clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import Secret, declares
from stoa.lab.models.open_models import DIGEST, ModelVersion
from stoa.people.models import Person

AN_UNREGISTERED_PLAN = Secret("a study whose plan is not registered", "its plan is registered")


@declares(rows=AN_UNREGISTERED_PLAN)
class Study(models.Model):
    """What somebody wants to find out and how. It gets its number when its plan is registered; before, an id that counts nothing.

    `margin` is the difference of the primary measure that does not matter; `spread` the standard deviation that is expected of
    the difference between two models on one sample; `power` the chance to find a difference of that size.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        REGISTERED = "registered", "registered"
        CLOSED = "closed", "closed"
        WITHDRAWN = "withdrawn", "withdrawn"

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    number = models.PositiveIntegerField(null=True, unique=True)
    title = models.CharField(max_length=200)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="studies")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    why = models.TextField(blank=True, help_text="why this is worth knowing, in Markdown")
    method = models.TextField(blank=True, help_text="what the plan's fields leave open, in Markdown")
    stopping = models.CharField(max_length=500, blank=True, help_text="when no more is run")
    seed = models.BigIntegerField(default=0)
    primary_suite = models.CharField(max_length=80, blank=True)
    primary_measure = models.CharField(max_length=60, blank=True)
    margin = models.FloatField(default=0.1)
    spread = models.FloatField(null=True)
    power = models.FloatField(default=0.8)
    drafted = models.DateTimeField(default=clock.now)
    edited = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(
        default=1, help_text="of the draft, by which two who edit it notice each other"
    )
    registered_at = models.DateTimeField(null=True)
    plan_digest = models.CharField(max_length=71, blank=True, help_text="of the plan in force")
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=2000, blank=True, help_text="what was concluded, or why it was withdrawn")
    last_run = models.PositiveIntegerField(default=0, help_text="the number of the latest run")

    class Meta:
        ordering = ["-number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", number=None, registered_at=None)
                | ~Q(state="draft") & Q(number__isnull=False, registered_at__isnull=False),
                name="study_numbered_when_registered",
            ),
            models.CheckConstraint(condition=Q(margin__gt=0, margin__lte=1), name="margin_is_a_difference"),
            models.CheckConstraint(condition=Q(power__gt=0, power__lt=1), name="power_is_a_chance"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page; while it is a draft, that of the draft."""
        return path_to("lab:draft", self.pk) if self.number is None else path_to("lab:study", self.number)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"study:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Its authors, who said that they are."""
        mine = any(author.person_id == person_id and author.accepted is not None for author in self.authors.all())
        return frozenset({"author"}) if mine else frozenset()


@declares(rows=AN_UNREGISTERED_PLAN)
class Author(models.Model):
    """Somebody who plans and answers for a study; one who was asked and has not `accepted` is none yet."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="authors")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="studies")
    position = models.PositiveSmallIntegerField()
    accepted = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["study", "person"], name="author_once")]


@declares(rows=AN_UNREGISTERED_PLAN)
class StudyModel(models.Model):
    """A version that a study runs, in the plan in force."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="models")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="studies")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["study", "version"], name="model_once_in_a_study")]


@declares(rows=AN_UNREGISTERED_PLAN)
class StudySuite(models.Model):
    """A suite that a study runs, in the plan in force: how many samples, and the digest of the set that the seed gives."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="suites")
    suite = models.CharField(max_length=80)
    suite_version = models.CharField(max_length=20)
    samples = models.PositiveIntegerField()
    set_digest = models.CharField(max_length=71, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["study", "suite"], name="suite_once_in_a_study"),
            models.CheckConstraint(condition=Q(samples__gt=0), name="suite_has_samples"),
        ]


@declares(public="id study number plan digest reason at by")
class PlanVersion(models.Model):
    """A plan as it was registered, or changed to, with why: what a run is held to. Public, and never edited."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField()
    plan: models.JSONField[dict[str, Any]] = models.JSONField()
    digest = models.CharField(max_length=71, unique=True)
    reason = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="one_plan_a_number"),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="plan_has_a_digest"),
        ]

    @property
    def with_digest(self) -> dict[str, Any]:
        """The plan with its digest beside it and, where its texts were removed with their salt, a word that they were."""
        removed = {"texts_removed": True} if self.plan.get("salt") == "" else {}
        return {**self.plan, "digest": self.digest, **removed}
