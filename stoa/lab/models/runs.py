"""The tables of runs: every attempt under its number, what its log was found to say, and what is committed to until then."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from stoa.kit import chance, clock
from stoa.kit.addresses import path_to
from stoa.kit.models import Upload
from stoa.kit.secrecy import Secret, declares
from stoa.lab.models.open_models import ModelVersion
from stoa.lab.models.studies import PlanVersion, Study
from stoa.people.models import Organisation, Person

AN_UNREVEALED_REPRODUCTION = Secret("what a reproduction is committed to", "its log is submitted or its run failed")


@declares(public="id person key name since ended")
class RunKey(models.Model):
    """The public half of an Ed25519 key by which a member signs logs, as 64 hexadecimal digits. The other half stays with them."""

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="run_keys")
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField(default=clock.now)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-since", "pk"]
        constraints = [models.CheckConstraint(condition=Q(key__regex=r"^[0-9a-f]{64}$"), name="run_key_is_ed25519")]


@declares(
    public=(
        "id study number plan version suite suite_version member organisation nonce state reason kind reproduces independent "
        "begun ended submitted checked_at log_opens log_digest key signature salt verdict found "
        "set_aside aside interrupted"
    ),
    internal="upload attempts taken_up",
)
class Run(models.Model):
    """One attempt of a member at one suite on one version within a study, numbered when it begins, also if it never ends.

    `plan` is the one in force when it began. `organisation` is whom the member worked for then. `independent` says of a
    reproduction, when it begins, whether it counts as one. `found` is the whole verdict on the log; what it says comes from
    the log and is shown as inert text. `salt` opens what a reproduction was committed to. `set_aside` is since when stewards let
    it count no more, `aside` why. `interrupted` is when the server was restored while a reproduction was under way,
    so that it may have been committed to without anybody knowing it now.
    """

    class State(models.TextChoices):
        BEGUN = "begun", "begun"
        FAILED = "failed", "failed"
        SUBMITTED = "submitted", "submitted"
        CHECKING = "checking", "being checked"
        CHECKED = "checked", "checked"

    class Kind(models.TextChoices):
        ORIGINAL = "original", "run"
        REPRODUCTION = "reproduction", "reproduction"

    class Verdict(models.TextChoices):
        FOLLOWS = "follows", "follows from the log"
        DIFFERS = "differs", "differs from the log"
        UNREADABLE = "unreadable", "the log can’t be read"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    plan = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="runs")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="runs")
    suite = models.CharField(max_length=80)
    suite_version = models.CharField(max_length=20)
    member = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="runs")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    nonce = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.BEGUN)
    reason = models.CharField(max_length=1000, blank=True, help_text="why it failed")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.ORIGINAL)
    reproduces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reproductions")
    independent = models.BooleanField(null=True)
    begun = models.DateTimeField(default=clock.now)
    ended = models.DateTimeField(null=True, help_text="when it failed")
    submitted = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    log_opens = models.DateTimeField(null=True, help_text="from when everybody can fetch the log")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")
    log_digest = models.CharField(max_length=71, blank=True)
    key = models.ForeignKey(RunKey, on_delete=models.PROTECT, null=True, related_name="runs")
    signature = models.CharField(max_length=128, blank=True, help_text="hexadecimal digits")
    salt = models.CharField(max_length=64, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    found: models.JSONField[dict[str, Any] | None] = models.JSONField(null=True)
    set_aside = models.DateTimeField(null=True)
    aside = models.CharField(max_length=500, blank=True)
    interrupted = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often checking was begun")
    taken_up = models.DateTimeField(null=True, help_text="when checking was begun last")

    class Meta:
        ordering = ["study", "number"]
        indexes = [
            models.Index(fields=["state"], condition=Q(state__in=["submitted", "checking"]), name="run_to_check"),
            models.Index(fields=["version", "suite"], name="run_by_version"),
            models.Index(fields=["log_opens"], condition=Q(log_opens__isnull=False), name="run_by_opening"),
            models.Index(fields=["log_digest"], condition=~Q(log_digest=""), name="run_by_log"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="one_run_a_number"),
            models.CheckConstraint(condition=Q(number__gt=0), name="runs_count_from_one"),
            models.CheckConstraint(
                condition=Q(kind="original", reproduces=None) | Q(kind="reproduction", reproduces__isnull=False),
                name="reproduction_of_a_run",
            ),
            models.CheckConstraint(
                condition=Q(state="checked") & ~Q(verdict="") | ~Q(state="checked") & Q(verdict=""),
                name="checked_has_a_verdict",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number}"

    def get_absolute_url(self) -> str:
        """The run's page."""
        return path_to("lab:run", self.study.number, self.number)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"run:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Whoever runs it is its author."""
        return frozenset({"author"}) if person_id == self.member_id else frozenset()


@declares(public="id run measure value error low high samples clusters sums", internal="sample_set totals")
class RunMeasure(models.Model):
    """A measure as recomputed from the samples of a run's log: value, clustered standard error, 95 % interval.

    `sums` is what runs are compared from (`stoa.methods.evaluation.sums`): names, counts and sums of the clusters in one order,
    and the sum of squares; None where the measure is no mean of scores. `sample_set` and `totals` are the same packed, by
    which hundreds of runs are compared at once: see `packed`.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="measures")
    measure = models.CharField(max_length=60)
    value = models.FloatField()
    error = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    samples = models.PositiveIntegerField()
    clusters = models.PositiveIntegerField()
    sums: models.JSONField[dict[str, Any] | None] = models.JSONField(null=True)
    sample_set = models.CharField(max_length=64, blank=True, db_index=True)
    totals = models.BinaryField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "measure"], name="measured_once")]


def packed(sums: Mapping[str, Any] | None) -> dict[str, Any]:
    """`sample_set`: a digest of the names and sizes of the clusters; `totals`: their sums and the sum of squares, as doubles."""
    if sums is None:
        return {"sample_set": "", "totals": None}
    names = json.dumps([sums["names"], sums["counts"]], ensure_ascii=False, separators=(",", ":"))
    values = [*sums["sums"], sums["squares"]]
    return {"sample_set": sha256(names.encode()).hexdigest(), "totals": struct.pack(f"<{len(values)}d", *values)}


@declares(rows=AN_UNREVEALED_REPRODUCTION)
class Commitment(models.Model):
    """What a reproduction is committed to before its member may see the log that it reproduces: SHA-256 of salt and log digest.

    It stays when the run fails: whoever committed could read that log.
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="commitment")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="commitment_is_a_hash")
        ]


@declares(internal="id run marks")
class RunMarks(models.Model):
    """Marks of the samples of a run's log, by which they are known again in another log."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="marks")
    marks = ArrayField(models.CharField(max_length=24), default=list)

    class Meta:
        indexes = [GinIndex(fields=["marks"], name="run_by_mark")]
