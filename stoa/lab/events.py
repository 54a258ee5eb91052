"""The public facts of the lab: numbers, digests, codes and measures as decimal texts, with commitments to the texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from stoa.kit.act import Event


@dataclass(frozen=True)
class ModelRegistered(Event):
    """A model became known here."""

    model: str
    subject_kind: ClassVar[str] = "model"
    type: ClassVar[str] = "lab.model.registered"


@dataclass(frozen=True)
class ModelCorrected(ModelRegistered):
    """What is said of a model was corrected."""

    type: ClassVar[str] = "lab.model.corrected"


@dataclass(frozen=True)
class ModelRemoved(ModelRegistered):
    """A model was taken from the lists."""

    type: ClassVar[str] = "lab.model.removed"


@dataclass(frozen=True)
class ModelRestored(ModelRegistered):
    """A removed model was put back on the lists."""

    type: ClassVar[str] = "lab.model.restored"


@dataclass(frozen=True)
class VersionRegistered(Event):
    """Weights of a model became known here, by their digest."""

    modelversion: str
    model: str
    digest: str
    subject_kind: ClassVar[str] = "modelversion"
    type: ClassVar[str] = "lab.version.registered"


@dataclass(frozen=True)
class VersionCorrected(Event):
    """What is said of a version was corrected; its digest never is."""

    modelversion: str
    subject_kind: ClassVar[str] = "modelversion"
    type: ClassVar[str] = "lab.version.corrected"


@dataclass(frozen=True)
class VersionRemoved(VersionCorrected):
    """A version was taken from the lists."""

    type: ClassVar[str] = "lab.version.removed"


@dataclass(frozen=True)
class VersionRestored(VersionCorrected):
    """A removed version was put back on the lists."""

    type: ClassVar[str] = "lab.version.restored"


@dataclass(frozen=True)
class PlanRegistered(Event):
    """A study's plan was registered, before any run: the digest is that of all of it."""

    study: str
    number: int
    plan: str
    subject_kind: ClassVar[str] = "study"
    type: ClassVar[str] = "lab.plan.registered"


@dataclass(frozen=True)
class PlanChanged(Event):
    """A plan was changed, in sight; runs that begin from now on are held to it."""

    study: str
    version: int
    plan: str
    subject_kind: ClassVar[str] = "study"
    type: ClassVar[str] = "lab.plan.changed"


@dataclass(frozen=True)
class StudyClosed(Event):
    """A study ended with a conclusion; `runs` is how many attempts there were."""

    study: str
    runs: int
    subject_kind: ClassVar[str] = "study"
    type: ClassVar[str] = "lab.study.closed"


@dataclass(frozen=True)
class StudyWithdrawn(StudyClosed):
    """A study was given up."""

    type: ClassVar[str] = "lab.study.withdrawn"


@dataclass(frozen=True)
class KeyRegistered(Event):
    """Somebody signs their logs with this key from now on."""

    person: str
    key: str
    subject_kind: ClassVar[str] = "person"
    type: ClassVar[str] = "lab.key.registered"


@dataclass(frozen=True)
class KeyEnded(KeyRegistered):
    """Somebody signs no more with this key."""

    type: ClassVar[str] = "lab.key.ended"


@dataclass(frozen=True)
class RunEvent(Event):
    """A fact about one attempt; within its study it has this number."""

    run: str
    study: str
    number: int
    subject_kind: ClassVar[str] = "run"


@dataclass(frozen=True)
class RunBegun(RunEvent):
    """An attempt began under a plan; `reproduces` is the number of the run that it is to reproduce."""

    plan: str
    modelversion: str
    suite: str
    suite_version: str
    nonce: str
    reproduces: int | None = None
    independent: bool | None = None
    type: ClassVar[str] = "lab.run.begun"


@dataclass(frozen=True)
class RunFailed(RunEvent):
    """An attempt failed; of a reproduction with what it was committed to, if it was: its member could read the claim's log."""

    commitment: str | None = None
    type: ClassVar[str] = "lab.run.failed"


@dataclass(frozen=True)
class ReproductionCommitted(Event):
    """A reproduction is committed to: SHA-256 of salt and log digest. Sealed, until the log is submitted or the attempt fails."""

    run: str
    commitment: str
    subject_kind: ClassVar[str] = "run"
    type: ClassVar[str] = "lab.run.committed"


@dataclass(frozen=True)
class RunSubmitted(RunEvent):
    """The log of an attempt came, signed; of a reproduction with what opens its commitment."""

    log: str
    key: str
    signature: str
    salt: str | None = None
    commitment: str | None = None
    type: ClassVar[str] = "lab.run.submitted"


@dataclass(frozen=True)
class RunChecked(RunEvent):
    """What the log of an attempt was found to say: a code, and value, error and samples of each measure as decimal texts."""

    verdict: str
    faults: int
    measures: Mapping[str, list[str]]
    type: ClassVar[str] = "lab.run.checked"


@dataclass(frozen=True)
class RunSetAside(RunEvent):
    """A run counts no more: what it claimed counts as nothing, what it decided is settled without it."""

    type: ClassVar[str] = "lab.run.set_aside"


@dataclass(frozen=True)
class RunCountsAgain(RunEvent):
    """A run that was set aside counts again."""

    type: ClassVar[str] = "lab.run.counts_again"


@dataclass(frozen=True)
class ResultSettled(RunEvent):
    """What a claimed result counts as from now on; `run` is the claim."""

    state: str
    type: ClassVar[str] = "lab.result.settled"


@dataclass(frozen=True)
class ResultsImported(Event):
    """Results were taken from a file of another program: its digest, and how many."""

    imported: str
    format: str
    results: int
    subject_kind: ClassVar[str] = "imported"
    type: ClassVar[str] = "lab.results.imported"


@dataclass(frozen=True)
class ImportRemoved(Event):
    """A result that came from elsewhere was removed."""

    imported: str
    subject_kind: ClassVar[str] = "imported"
    type: ClassVar[str] = "lab.imported.removed"
