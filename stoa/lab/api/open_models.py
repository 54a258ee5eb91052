"""Models, their versions and suites over HTTP."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate
from ninja.responses import Status

from stoa.evaluation.catalogue import SUITES
from stoa.evaluation.words import Suite
from stoa.kit.api import Given, Parts, Word, actor, found
from stoa.kit.faults import Invalid
from stoa.lab import acts, queries
from stoa.lab.models import Model, ModelVersion

router = Router(tags=["Models"])
Relation = Literal["fine_tuned", "quantised", "merged", "distilled", "converted"]


class ModelOut(Schema):
    """An open model. One that was removed says why in `removal`."""

    number: int = Field(alias="pk")
    name: str
    maker: str
    licence: str
    homepage: str
    summary: str
    added: datetime
    corrected: datetime | None
    removed: datetime | None
    removal: str
    address: str = Field(alias="get_absolute_url")


class ModelIn(Given):
    """An open model as its maker calls it; `licence` by its SPDX name where it has one."""

    name: str
    maker: str
    licence: str = ""
    homepage: str = ""
    summary: str = ""


class ModelChange(Given):
    """What of a model is to read otherwise; what is left out stays."""

    name: str | None = None
    maker: str | None = None
    licence: str | None = None
    homepage: str | None = None
    summary: str | None = None


class BaseOut(Schema):
    """What a version was made from, and how."""

    version: int = Field(alias="base_id")
    relation: str


class BaseIn(Given):
    """What a version was made from: a version that is registered here, and how."""

    version: int
    relation: Relation


class VersionOut(Schema):
    """Weights of a model by their digest. `card` and `header` come from elsewhere: inert text, whatever stands in them."""

    number: int = Field(alias="pk")
    model: int = Field(alias="model_id")
    name: str = Field(alias="model.name")
    label: str
    digest: str
    file: str
    format: str
    bytes: int | None
    parameters: int | None
    context: int | None
    licence: str
    made_from: str
    bases: list[BaseOut]
    card: str
    header: dict[str, Any]
    added: datetime
    removed: datetime | None
    removal: str
    address: str = Field(alias="get_absolute_url")

    @staticmethod
    def resolve_bases(version: ModelVersion) -> list[Any]:
        """In the order in which they were named."""
        return list(version.bases.all())


class VersionIn(Given):
    """Weights of a model: `digest` is “sha256:” and 64 hexadecimal digits; `made_from` names a base that is not registered."""

    digest: str
    label: str
    file: str = ""
    format: Literal["gguf", "safetensors", "other"] = "other"
    bytes: int | None = None
    parameters: int | None = None
    context: int | None = None
    licence: str = ""
    made_from: str = ""
    card: str = ""
    header: dict[str, Any] = Field(default_factory=dict)
    bases: list[BaseIn] = Field(default_factory=list)


class VersionChange(Given):
    """What of a version is to read otherwise; what is left out stays. Its digest never changes."""

    label: str | None = None
    file: str | None = None
    format: Literal["gguf", "safetensors", "other"] | None = None
    bytes: int | None = None
    parameters: int | None = None
    context: int | None = None
    licence: str | None = None
    made_from: str | None = None
    card: str | None = None
    header: dict[str, Any] | None = None
    bases: list[BaseIn] | None = None


class WhyRemoved(Given):
    """A public reason."""

    reason: str


class WhyRestored(Given):
    """Why the reason for which it was removed no longer holds: everybody reads it."""

    reason: str


class MeasureOut(Schema):
    """A number that a suite reports."""

    name: str
    title: str
    says: str
    better: str
    unit: str


class SuiteOut(Schema):
    """A suite in its present version; any program that runs Inspect tasks runs it by its name."""

    name: str
    version: str
    area: str
    title: str
    method: str
    source: str
    licence: str
    measures: list[MeasureOut]
    most: int = Field(description="How many samples a run can have.")
    needs_log_probabilities: bool
    tokens_a_sample: int


@router.get("/lab/models", response=list[ModelOut], summary="List models")
@paginate(Parts)
def list_models(request: HttpRequest, q: Word = "") -> QuerySet[Model]:
    """Every model that is registered, by name; the words `q` in name or maker narrow the list."""
    rows = queries.models()
    return rows.filter(name__icontains=q) | rows.filter(maker__icontains=q) if q else rows


@router.post("/lab/models", response={201: ModelOut}, summary="Register a model")
def register_model(request: HttpRequest, given: ModelIn) -> Status[Model]:
    """Register an open model; its versions are what can be run."""
    return Status(201, acts.register_model(actor(request), says=given.dict()))


@router.get("/lab/models/{number}", response=ModelOut, summary="Get a model")
def get_model(request: HttpRequest, number: int) -> Model:
    """One model."""
    return _model(number)


@router.put("/lab/models/{number}", response=ModelOut, summary="Correct a model")
def correct_model(request: HttpRequest, number: int, given: ModelChange) -> Model:
    """Correct what is said of a model."""
    return acts.correct_model(actor(request), model=_model(number), says=_said(given))


@router.post("/lab/models/{number}/remove", response=ModelOut, summary="Remove a model")
def remove_model(request: HttpRequest, number: int, given: WhyRemoved) -> Model:
    """Take a model from the lists, with a public reason; what was measured stays."""
    return acts.remove_model(actor(request), model=_model(number), reason=given.reason)


@router.post("/lab/models/{number}/restore", response=ModelOut, summary="Put a model back")
def restore_model(request: HttpRequest, number: int, given: WhyRestored) -> Model:
    """Put a removed model back on the lists, with a public reason."""
    return acts.restore_model(actor(request), model=_model(number), reason=given.reason)


@router.post("/lab/models/{number}/versions", response={201: VersionOut}, summary="Register a version of a model")
def register_version(request: HttpRequest, number: int, given: VersionIn) -> Status[ModelVersion]:
    """Register weights by their digest, with what they were made from."""
    says = given.dict(exclude={"digest", "bases"})
    made = acts.register_version(
        actor(request), model=_model(number), digest=given.digest, says=says, bases=_bases(given.bases)
    )
    return Status(201, made)


@router.get("/lab/versions", response=list[VersionOut], summary="List versions")
@paginate(Parts)
def list_model_versions(request: HttpRequest, digest: Word = "", model: int | None = None) -> QuerySet[ModelVersion]:
    """Every version, by model and name; `digest` finds the one with these weights, `model` narrows the list."""
    rows = queries.versions().prefetch_related("bases")
    rows = rows.filter(digest=digest) if digest else rows
    return rows.filter(model=model) if model is not None and 0 <= model <= 2**63 - 1 else rows


@router.get("/lab/versions/{number}", response=VersionOut, summary="Get a version")
def get_version(request: HttpRequest, number: int) -> ModelVersion:
    """One version."""
    return _version(number)


@router.put("/lab/versions/{number}", response=VersionOut, summary="Correct a version")
def correct_version(request: HttpRequest, number: int, given: VersionChange) -> ModelVersion:
    """Correct what is said of a version."""
    bases = None if given.bases is None else _bases(given.bases)
    says = {name: value for name, value in _said(given).items() if name != "bases"}
    return acts.correct_version(actor(request), version=_version(number), says=says, bases=bases)


@router.post("/lab/versions/{number}/remove", response=VersionOut, summary="Remove a version")
def remove_version(request: HttpRequest, number: int, given: WhyRemoved) -> ModelVersion:
    """Take a version from the lists, with a public reason; what was measured stays."""
    return acts.remove_version(actor(request), version=_version(number), reason=given.reason)


@router.post("/lab/versions/{number}/restore", response=VersionOut, summary="Put a version back")
def restore_version(request: HttpRequest, number: int, given: WhyRestored) -> ModelVersion:
    """Put a removed version back on the lists, with a public reason."""
    return acts.restore_version(actor(request), version=_version(number), reason=given.reason)


@router.get("/lab/suites", response=list[SuiteOut], summary="List suites")
@paginate(Parts)
def list_suites(request: HttpRequest) -> list[Suite]:
    """Every suite in its present version."""
    return list(SUITES.values())


@router.get("/lab/suites/{suite}", response=SuiteOut, summary="Get a suite")
def get_suite(request: HttpRequest, suite: Word) -> Suite:
    """One suite, by what stands after “stoa/” in its name."""
    return found(SUITES.get(f"stoa/{suite}"))


def _said(given: Given) -> dict[str, Any]:
    """What was given, without what was given as nothing."""
    return {name: value for name, value in given.dict(exclude_unset=True).items() if value is not None}


def _bases(given: list[BaseIn]) -> list[tuple[ModelVersion, str]]:
    rows = [(queries.find_version(base.version), base.relation) for base in given]
    if missing := next((base.version for base, (row, _) in zip(given, rows, strict=True) if row is None), None):
        raise Invalid(f"There is no version {missing}.", remedy="Register it first.", field="bases")
    return [(row, relation) for row, relation in rows if row is not None]


def _model(number: int) -> Model:
    return found(queries.find_model(number) if number > 0 else None)


def _version(number: int) -> ModelVersion:
    return found(queries.find_version(number) if number > 0 else None)
