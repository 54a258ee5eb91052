"""How models and studies are found by search. Called inside the acts that make or change them."""

from __future__ import annotations

from collections.abc import Iterator

from stoa.kit import clock
from stoa.kit.search import Kept
from stoa.lab.models import Model, Study


def model_found(model: Model) -> Kept:
    """A model, by its name, its maker, what is said of it and its versions; never by a card, which comes from elsewhere."""
    labels = model.versions.filter(removed=None).values_list("label", flat=True)
    text = "\n".join([model.maker, model.licence, model.summary, *labels])
    return Kept(model.reference, model.name, text, model.added)


def models_found() -> Iterator[Kept]:
    """Every model that was not removed, for search."""
    return map(model_found, Model.objects.filter(removed=None).iterator())


def study_found(study: Study) -> Kept:
    """A study whose plan is registered, by its title and its texts."""
    text = f"{study.why}\n{study.method}\n{study.ending}"
    return Kept(study.reference, study.title, text, study.registered_at or clock.now())


def studies_found() -> Iterator[Kept]:
    """Every study that has a number, for search."""
    return map(study_found, Study.objects.exclude(number=None).iterator())
