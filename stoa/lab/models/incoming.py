"""The table of files of results that members bring: read by the worker, looked at by whoever brought them, then brought in."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from stoa.kit import chance, clock
from stoa.kit.addresses import path_to
from stoa.kit.models import Upload
from stoa.kit.secrecy import Secret, declares
from stoa.lab.models.open_models import ModelVersion
from stoa.people.models import Person

A_FILE_OF_RESULTS = Secret(
    "a file of results that somebody looks at before they bring it in", "its results are brought in"
)


@declares(rows=A_FILE_OF_RESULTS)
class ResultFile(models.Model):
    """A file of another program's results. `found` is what the worker read in it, or `fault` why it can't be read.

    `version` is the version that its results are of, where whoever brought it named one. The row goes once its results are
    brought in.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waits to be read"
        READ = "read", "read"
        UNREADABLE = "unreadable", "can’t be read"

    id = models.CharField(primary_key=True, max_length=16, default=chance.opaque_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="result_files")
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    found: models.JSONField[dict[str, Any] | None] = models.JSONField(null=True)
    fault = models.CharField(max_length=300, blank=True)
    sent = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-sent", "pk"]
        indexes = [models.Index(fields=["sent"], condition=Q(state="waiting"), name="result_file_to_read")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="read", found__isnull=False) | ~Q(state="read") & Q(found=None),
                name="read_file_has_results",
            )
        ]

    def __str__(self) -> str:
        return self.upload.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return path_to("lab:result_file", self.pk)

    def standing(self, person_id: str) -> frozenset[str]:
        """Whoever brought it is its author."""
        return frozenset({"author"}) if person_id == self.person_id else frozenset()
