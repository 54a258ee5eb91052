"""The tables of results: what a checked run says until somebody independent finds the same, and what came from elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from stoa.kit import clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import declares
from stoa.lab.models.open_models import DIGEST, ModelVersion
from stoa.lab.models.runs import Run
from stoa.lab.models.studies import Study
from stoa.people.models import Person


@declares(public="id study version suite claim state settled opened compared")
class Result(models.Model):
    """What a study found of one suite on one version: the first run whose log holds, and how its reproductions came out.

    `compared` is how each independent reproduction was compared: run number → measure → difference, its interval, what it says.
    `opened` is when a result whose logs were open to all began to wait again: they stay open, since what was read stays read.
    """

    class State(models.TextChoices):
        CLAIMED = "claimed", "claimed"
        REPRODUCED = "reproduced", "reproduced"
        DISPUTED = "disputed", "disputed"
        UNDECIDED = "undecided", "not decided: too few samples"
        ASIDE = "set_aside", "set aside"

    WAITING = (State.CLAIMED, State.UNDECIDED)
    """States that an independent reproduction would change."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="results")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="results")
    suite = models.CharField(max_length=80)
    claim = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="result")
    state = models.CharField(max_length=12, choices=State, default=State.CLAIMED)
    settled = models.DateTimeField(default=clock.now, help_text="when its state last changed")
    opened = models.DateTimeField(null=True)
    compared: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)

    class Meta:
        ordering = ["study", "pk"]
        indexes = [models.Index(fields=["state"], name="result_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["study", "version", "suite"], name="one_result_of_a_suite_on_a_version")
        ]

    @property
    def keeps_logs_closed(self) -> bool:
        """Whether a reproduction can still decide it, so that nobody may copy from a log of it."""
        return self.state in self.WAITING and self.opened is None

    def turn(self, state: str, compared: dict[str, Any], at: datetime) -> None:
        """Let it count as this from now on. Logs that everybody can read by then stay open, though it waits again."""
        opens = self.claim.log_opens
        if self.state not in self.WAITING and state in self.WAITING and opens is not None and opens <= at:
            self.opened = self.opened or at
        self.state, self.compared = state, compared


@declares(public="id format source model_name version suite suite_version measures by at removed removal")
class ImportedResult(models.Model):
    """A result that came from elsewhere: shown as imported, never as registered, reproduced or ranked here.

    `source` is the digest of the file; `measures` gives each measure's value, and error, samples and the like where it has them.
    """

    class Format(models.TextChoices):
        GARAK = "garak", "garak report"
        LM_EVAL = "lm-eval", "lm-eval results"
        EVERY_EVAL_EVER = "every-eval-ever", "Every Eval Ever"
        INSPECT = "inspect", "Inspect log"

    format = models.CharField(max_length=20, choices=Format)
    source = models.CharField(max_length=71)
    model_name = models.CharField(max_length=200)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="imported")
    suite = models.CharField(max_length=120)
    suite_version = models.CharField(max_length=40, blank=True)
    measures: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    removed = models.DateTimeField(null=True)
    removal = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "model_name", "suite"], name="imported_once"),
            models.CheckConstraint(condition=Q(source__regex=DIGEST), name="import_has_a_digest"),
        ]

    def get_absolute_url(self) -> str:
        """The list of what was imported."""
        return path_to("lab:imported")
