"""A plan as a member's machine reads it: is it whole, are its suites the ones that are here, and is this its model?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stoa.evaluation.catalogue import SUITES, set_digest, suite_of
from stoa.evaluation.faults import Unusable
from stoa.evaluation.plans import FORMAT, registered_digest
from stoa.evaluation.runner.endpoint import Endpoint

_OTHER_STOA = "Install the version of Stoa that the plan was made with."


@dataclass(frozen=True)
class PlannedSuite:
    """A suite of a plan: its name, version, number of samples and the digest of the set."""

    name: str
    version: str
    samples: int
    set: str


@dataclass(frozen=True)
class PlannedModel:
    """A model of a plan. `id` is the server's; `digest` that of the weights."""

    id: str
    name: str
    version: str
    digest: str


@dataclass(frozen=True)
class Plan:
    """A registered plan. `study` is 0 for one that is of no study, made for practice."""

    study: int
    title: str
    seed: int
    digest: str
    models: tuple[PlannedModel, ...]
    suites: tuple[PlannedSuite, ...]
    whole: Mapping[str, Any]

    def told(self, suite: PlannedSuite, model: PlannedModel, *, run: int, nonce: str) -> dict[str, Any]:
        """What a log says of the study and run that it is of."""
        return {
            "plan": self.digest,
            "study": self.study,
            "run": run,
            "nonce": nonce,
            "suite": suite.name,
            "suite_version": suite.version,
            "seed": self.seed,
            "samples": suite.samples,
            "set": suite.set,
            "model_digest": model.digest,
        }


def plan_of(whole: Mapping[str, Any]) -> Plan:
    """Read a plan. Raises `Unusable` where it is none, or another than its digest says."""
    try:
        plan = Plan(
            study=int(whole["study"]),
            title=str(whole["title"]),
            seed=int(whole["seed"]),
            digest=registered_digest(whole),
            models=tuple(_model(one) for one in whole["models"]),
            suites=tuple(_suite(one) for one in whole["suites"]),
            whole=whole,
        )
    except (KeyError, TypeError, ValueError):
        raise Unusable("This is no plan of a study.", "Fetch it anew.") from None
    if whole.get("format") != FORMAT:
        raise Unusable("This plan has a form that this Stoa does not know.", _OTHER_STOA)
    if whole.get("digest", plan.digest) != plan.digest:
        raise Unusable("This plan is not the one that its digest stands for.", "Fetch it anew.")
    return plan


def read_plan(file: Path) -> Plan:
    """Read a plan from a file."""
    try:
        whole = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        raise Unusable(f"{file} can't be read as a plan.", "Give a study's number, or a plan in JSON.") from None
    if not isinstance(whole, dict):
        raise Unusable(f"{file} is no plan.", "Give a study's number, or a plan in JSON.")
    return plan_of(whole)


def practice(names: Sequence[str], samples: int, seed: int, weights: Path | None, name: str = "") -> Plan:
    """A plan of no study, to try things out: these suites on the weights in a file, or on a model that has only a name.

    Nothing of it can be sent in.
    """
    suites = [SUITES[one] for one in names]
    sets = {one.name: one.samples(seed, min(samples, one.most)) for one in suites}
    digest = weights_digest(weights) if weights else ""
    return plan_of(
        {
            "format": FORMAT,
            "study": 0,
            "title": "Practice",
            "seed": seed,
            "models": [{"id": "0", "name": weights.stem if weights else name, "version": "", "digest": digest}],
            "suites": [
                {
                    "name": one.name,
                    "version": one.version,
                    "samples": len(sets[one.name]),
                    "set": set_digest(sets[one.name]),
                }
                for one in suites
            ],
        }
    )


def check_suite(plan: Plan, planned: PlannedSuite) -> None:
    """Raise `Unusable` where the suite here is not the one of the plan, in version or sample set."""
    suite = suite_of(planned.name, planned.version)
    if suite is None:
        raise Unusable(f"The suite {planned.name} is not here in version {planned.version}.", _OTHER_STOA)
    if set_digest(suite.samples(plan.seed, planned.samples)) != planned.set:
        remedy = "The local copy is another than the study's." if planned.name == "stoa/refusal" else _OTHER_STOA
        raise Unusable(f"The sample set of {planned.name} is not the plan's.", remedy)


def model_of(plan: Plan, *, weights: Path | None, wanted: str) -> PlannedModel:
    """The plan's model that is run: the one with these weights or, of an endpoint, the one that was named or is the only one."""
    if weights is not None:
        digest = weights_digest(weights)
        for one in plan.models:
            if one.digest == digest:
                return one
        raise Unusable(f"{weights.name} is no model of this plan.", f"It has {_names(plan)}.")
    named = [one for one in plan.models if wanted in {"", one.id, one.name}]
    if len(named) != 1:
        raise Unusable("Which model of the plan answers there?", f"Name it with --of: {_names(plan)}.")
    return named[0]


def named_as_planned(plan: Plan, model: PlannedModel, endpoint: Endpoint) -> Endpoint:
    """The endpoint with the name that logs will have. Weights whose digest is the plan's go by its name for them.

    Of a model elsewhere only its name tells which it is: raises `Unusable` where that does not hold the plan's.
    """
    if not plan.study:
        return endpoint
    if endpoint.weights and not _fits(plan, model, endpoint.name):
        return replace(endpoint, name="-".join(f"{model.name} {model.version}".lower().split()))
    check_name(plan, model, endpoint.name)
    return endpoint


def _fits(plan: Plan, model: PlannedModel, name: str) -> bool:
    """Whether this name of a model holds the plan's: a log with another is taken for another model's."""
    whole = next(one for one in plan.whole["models"] if str(one["id"]) == model.id)
    known = [str(whole.get(key) or "") for key in ("name", "file")]
    return any(_letters(one) and _letters(one) in _letters(name) for one in known)


def check_name(plan: Plan, model: PlannedModel, name: str) -> None:
    """Raise `Unusable` where an endpoint's name of the model does not hold the plan's."""
    if not _fits(plan, model, name):
        raise Unusable(
            f"The endpoint calls the model {name}, the plan {model.name}.",
            f"Serve it under a name that holds {model.name}, and give that with --name.",
        )


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold().removesuffix(".gguf") if letter.isalnum())


def _names(plan: Plan) -> str:
    return ", ".join(f"{one.name} {one.version}".strip() for one in plan.models)


def weights_digest(file: Path) -> str:
    """`sha256:` and the digest of a file of weights."""
    try:
        with file.open("rb") as body:
            return f"sha256:{hashlib.file_digest(body, 'sha256').hexdigest()}"
    except OSError as fault:
        raise Unusable(f"{file} can't be read ({fault.strerror}).", "Name a GGUF file with --model.") from None


def _model(one: Mapping[str, Any]) -> PlannedModel:
    return PlannedModel(str(one["id"]), str(one["name"]), str(one.get("version", "")), str(one["digest"]))


def _suite(one: Mapping[str, Any]) -> PlannedSuite:
    return PlannedSuite(str(one["name"]), str(one["version"]), int(one["samples"]), str(one["set"]))
