"""Models, studies and runs for tests."""

from __future__ import annotations

import hashlib

from stoa.evaluation.plans import digest_of
from stoa.kit import clock
from stoa.lab.models import Author, Commitment, Model, ModelVersion, PlanVersion, Run, Study
from stoa.people.models import Person


def digest(word: str) -> str:
    """A digest as weights have one, of this word."""
    return f"sha256:{hashlib.sha256(word.encode()).hexdigest()}"


def version(by: Person, name: str = "SmolLM2-135M-Instruct", label: str = "Q4_1") -> ModelVersion:
    """A version of a model of this name, registered."""
    model, _ = Model.objects.get_or_create(name=name, maker="Cabbage Labs", defaults={"added_by": by})
    return ModelVersion.objects.create(model=model, label=label, digest=digest(name + label), added_by=by)


def drafted(by: Person, title: str = "Who refuses what?") -> Study:
    """A study that somebody drafts."""
    study = Study.objects.create(title=title)
    Author.objects.create(study=study, person=by, position=1, accepted=clock.now())
    return study


def registered(by: Person, title: str = "Who refuses what?") -> Study:
    """A study whose plan is registered."""
    study = drafted(by, title)
    study.number, study.registered_at, study.state = (
        Study.objects.exclude(number=None).count() + 1,
        clock.now(),
        "registered",
    )
    study.save()
    plan = {"study": study.number, "title": title}
    PlanVersion.objects.create(study=study, number=1, plan=plan, digest=digest_of(plan), by=by)
    return study


def begun(study: Study, by: Person, of: ModelVersion, reproduces: Run | None = None) -> Run:
    """A run that somebody began."""
    return Run.objects.create(
        study=study, number=study.runs.count() + 1, plan=study.plans.get(), version=of, suite="stoa/refusal",
        suite_version="1", member=by, nonce="0" * 64, kind="reproduction" if reproduces else "original", reproduces=reproduces,
    )  # fmt: skip


def committed(run: Run, word: str) -> Commitment:
    """What a reproduction is committed to."""
    return Commitment.objects.create(run=run, digest=digest(word).removeprefix("sha256:"))
