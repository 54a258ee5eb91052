"""Many models with results, put into the tables at once: acts would take minutes. For the comparison and its benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256

import numpy as np

from stoa.evaluation.words import Measure, Suite
from stoa.kit import clock
from stoa.lab.models import Model, ModelVersion, PlanVersion, Result, Run, RunMeasure, Study, packed
from stoa.methods.evaluation import mean, share
from stoa.methods.evaluation.sums import Sums
from stoa.people.models import Person


def digest(*of: object) -> str:
    """A digest as weights, plans and logs have one."""
    return f"sha256:{sha256(repr(of).encode()).hexdigest()}"


def model_versions(count: int) -> list[ModelVersion]:
    """So many models, each in one version."""
    there = Model.objects.count()
    named = (Model(name=f"Model {n:04}", maker="Makers") for n in range(there, there + count))
    models = Model.objects.bulk_create(named)
    return ModelVersion.objects.bulk_create(
        ModelVersion(model=model, label="Q4", digest=digest("version", model.pk)) for model in models
    )


def study(number: int) -> PlanVersion:
    """A registered study with a plan that says nothing more."""
    instant = clock.now() - timedelta(days=1)
    made = Study.objects.create(title=f"Study {number}", number=number, state="registered", registered_at=instant)
    plan = {"margin": 0.1, "primary": {"suite": "", "measure": ""}, "suites": []}
    return PlanVersion.objects.create(study=made, number=1, plan=plan, digest=digest("plan", number))


def results(
    plan: PlanVersion, member: Person, cells: Iterable[tuple[ModelVersion, Suite, str]], *, suite_version: str = "1"
) -> list[Result]:
    """A checked run and its result for each of (version, suite, state), without what it measured."""
    cells = list(cells)
    known = {"state": "checked", "verdict": "follows", "member": member, "nonce": "", "suite_version": suite_version}
    first = plan.study.last_run + 1
    runs = Run.objects.bulk_create(
        Run(study=plan.study, plan=plan, number=number, version=version, suite=suite.name, **known)
        for number, (version, suite, _) in enumerate(cells, first)
    )
    plan.study.last_run += len(runs)
    plan.study.save()
    return Result.objects.bulk_create(
        Result(study=plan.study, version=run.version, suite=run.suite, claim=run, state=state)
        for run, (_, _, state) in zip(runs, cells, strict=True)
    )


def measured(run: Run, measure: Measure, scores: np.ndarray) -> RunMeasure:
    """What a run measured, of scores by cluster and sample (clusters, samples each); not saved."""
    clusters, each = scores.shape
    names = tuple(f"t{place:03}" for place in range(clusters))
    sums = Sums(names, np.full(clusters, float(each)), scores.sum(axis=1), float((scores**2).sum()))
    found = mean(sums) if measure.unit == "bits" else share(sums)
    numbers = {name: getattr(found, name) for name in ("value", "error", "low", "high", "samples", "clusters")}
    plain = sums.plain()
    return RunMeasure(run=run, measure=measure.name, sums=plain, **packed(plain), **numbers)


def yes_or_no(chance: np.random.Generator, share_of_yes: float, *, clusters: int = 25, each: int = 4) -> np.ndarray:
    """Scores of 0 and 1 in clusters that differ a little."""
    shares = np.clip(share_of_yes + chance.uniform(-0.1, 0.1, clusters), 0, 1)
    return (chance.random((clusters, each)) < shares[:, None]).astype(float)


def suites(count: int, measures: Sequence[int]) -> list[Suite]:
    """Suites that no catalogue has, with so many measures each, of which every second is better lower."""
    return [
        Suite(
            name=f"stoa/many-{place}",
            version="1",
            area="safety",
            title=f"Suite {place}",
            method="",
            source="",
            licence="",
            measures=tuple(
                Measure(f"m{n}", f"Measure {n}", "", "higher" if n % 2 else "lower") for n in range(measures[place])
            ),
            most=100,
            samples=lambda _seed, _count: [],
            grade=lambda _: {},
        )
        for place in range(count)
    ]
