"""The tables of open models: a model, its versions by the digest of their weights, and what was made from what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from stoa.kit import clock
from stoa.kit.addresses import path_to
from stoa.kit.secrecy import declares
from stoa.people.models import Person

DIGEST = r"^sha256:[0-9a-f]{64}$"


@declares(public="id name maker licence homepage summary added_by added corrected removed removal")
class Model(models.Model):
    """An open model as its maker names it; what can be run are its versions. One that was `removed` says why."""

    name = models.CharField(max_length=120)
    maker = models.CharField(max_length=120)
    licence = models.CharField(max_length=80, blank=True, help_text="an SPDX name, where there is one")
    homepage = models.URLField(max_length=500, blank=True)
    summary = models.TextField(blank=True)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    added = models.DateTimeField(default=clock.now)
    corrected = models.DateTimeField(null=True)
    removed = models.DateTimeField(null=True)
    removal = models.CharField(max_length=500, blank=True, help_text="why it was removed")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(Lower("maker"), Lower("name"), name="one_model_of_a_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The model's page."""
        return path_to("lab:model", self.pk)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"model:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Whoever registered it is its author."""
        return frozenset({"author"}) if person_id == self.added_by_id else frozenset()


@declares(
    public=(
        "id model label digest file format bytes parameters context licence made_from card header added_by added "
        "corrected removed removal"
    )
)
class ModelVersion(models.Model):
    """Weights of a model: what a run loads. `digest` names them, whatever the file is called.

    `digest` is "sha256:" and 64 hexadecimal digits, of the file; of several files, of the sorted lines "digest  name".
    `made_from` is what the card names as its base, where that is not registered here. `card` and `header` come from elsewhere
    and are shown as inert text.
    """

    class Format(models.TextChoices):
        GGUF = "gguf", "GGUF"
        SAFETENSORS = "safetensors", "safetensors"
        OTHER = "other", "another format"

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="versions")
    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=71, unique=True)
    file = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=12, choices=Format, default=Format.OTHER)
    bytes = models.BigIntegerField(null=True)
    parameters = models.BigIntegerField(null=True)
    context = models.PositiveIntegerField(null=True, help_text="tokens that it takes at once")
    licence = models.CharField(max_length=80, blank=True)
    made_from = models.CharField(max_length=200, blank=True)
    card = models.TextField(blank=True)
    header = models.JSONField(default=dict, blank=True)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    added = models.DateTimeField(default=clock.now)
    corrected = models.DateTimeField(null=True)
    removed = models.DateTimeField(null=True)
    removal = models.CharField(max_length=500, blank=True, help_text="why it was removed")

    class Meta:
        ordering = ["model", "label", "pk"]
        constraints = [
            models.UniqueConstraint("model", Lower("label"), name="one_version_of_a_label"),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="version_has_a_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.model.name} {self.label}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return path_to("lab:version", self.model_id, self.pk)

    @property
    def reference(self) -> str:
        """How the record and other parts name it."""
        return f"modelversion:{self.pk}"

    def standing(self, person_id: str) -> frozenset[str]:
        """Whoever registered it is its author."""
        return frozenset({"author"}) if person_id == self.added_by_id else frozenset()


@declares(public="id version base relation")
class Lineage(models.Model):
    """That a version was made from another: an arrow of a graph without cycles, which the acts keep so."""

    class Relation(models.TextChoices):
        FINE_TUNED = "fine_tuned", "fine-tuned from"
        QUANTISED = "quantised", "quantised from"
        MERGED = "merged", "merged from"
        DISTILLED = "distilled", "distilled from"
        CONVERTED = "converted", "converted from"

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="bases")
    base = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="derived")
    relation = models.CharField(max_length=12, choices=Relation)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "base"], name="made_from_once"),
            models.CheckConstraint(condition=~Q(version=F("base")), name="not_made_from_itself"),
        ]
