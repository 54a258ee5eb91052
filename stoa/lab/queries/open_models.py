"""Reads of models and versions, which are public: lists, one of them, and what was made from what."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Max, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from stoa.kit.addresses import path_to
from stoa.kit.registry import Rows
from stoa.lab.models import Lineage, Model, ModelVersion

LARGEST_NUMBER = 2**63 - 1
MOST_ARROWS = 200


@dataclass(frozen=True)
class Arrow:
    """That one version was made from another, and how."""

    base: ModelVersion
    version: ModelVersion
    relation: str


def models() -> QuerySet[Model]:
    """Every model that was not removed, with how many versions it has and the largest of them, by name."""
    there = Q(versions__removed=None)
    counted = Count("versions", filter=there, distinct=True)
    largest = Max("versions__parameters", filter=there)
    return Model.objects.filter(removed=None).annotate(version_count=counted, largest=largest).order_by("name", "pk")


def find_model(number: int) -> Model | None:
    """The model of this number, also where it was removed."""
    return Model.objects.select_related("added_by").filter(pk=number).first() if number <= LARGEST_NUMBER else None


def versions() -> QuerySet[ModelVersion]:
    """Every version that was not removed, with its model."""
    rows = ModelVersion.objects.select_related("model").filter(removed=None, model__removed=None)
    return rows.order_by("model__name", "label", "pk")


def find_version(number: int) -> ModelVersion | None:
    """The version of this number, also where it was removed."""
    if number > LARGEST_NUMBER:
        return None
    return ModelVersion.objects.select_related("model", "added_by").filter(pk=number).first()


def version_of_digest(digest: str) -> ModelVersion | None:
    """The version whose weights have this digest."""
    return versions().filter(digest=digest).first() if "\0" not in digest else None


def version_named(name: str) -> ModelVersion | None:
    """The only version of the model that goes by this name, with or without who it is from before it: “maker/Small 1B”."""
    bare = name.rpartition("/")[2].strip()
    found = list(versions().filter(model__name__iexact=bare)[:2]) if bare and "\0" not in bare else []
    return found[0] if len(found) == 1 else None


def lineage(model: Model) -> list[Arrow]:
    """What the versions of a model were made from and what was made from them, as far as that goes: at most 200 arrows."""
    around = Lineage.objects.select_related("base__model", "version__model").order_by("pk")
    near = list(around.filter(Q(version__model=model) | Q(base__model=model))[:MOST_ARROWS])
    found = {one.pk: one for one in near}
    for upwards in (True, False):
        new = {one.base_id if upwards else one.version_id for one in near}
        while new and len(found) < MOST_ARROWS:
            rows = around.filter(version__in=new) if upwards else around.filter(base__in=new)
            fresh = [one for one in rows[:MOST_ARROWS] if one.pk not in found]
            found |= {one.pk: one for one in fresh}
            new = {one.base_id if upwards else one.version_id for one in fresh}
    return [Arrow(one.base, one.version, one.get_relation_display()) for one in list(found.values())[:MOST_ARROWS]]


def named_models(ids: list[int], viewer_id: str | None) -> QuerySet[Model]:
    """Models are public."""
    del viewer_id
    return Model.objects.filter(pk__among=ids)


def named_versions(ids: list[int], viewer_id: str | None) -> QuerySet[ModelVersion]:
    """Versions are public."""
    del viewer_id
    return ModelVersion.objects.filter(pk__among=ids)


MODELS = Rows(named_models, "name", lambda pk, _: path_to("lab:model", int(pk)))
VERSIONS = Rows(
    named_versions,
    Concat("model__name", Value(" "), "label", output_field=TextField()),
    lambda pk, model: path_to("lab:version", int(model), int(pk)),
    Cast(F("model_id"), TextField()),
)
"""How models and versions are named elsewhere."""
