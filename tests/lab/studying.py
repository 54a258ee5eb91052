"""Models, studies and runs for tests, made by the program's own acts."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stoa.evaluation.sealing import commitment, signed_text
from stoa.evaluation.verdicts import Measured, Verdict
from stoa.kit import clock
from stoa.kit.act import CLOCK
from stoa.kit.files import acts as files
from stoa.kit.models import Upload
from stoa.lab import acts
from stoa.lab.models import Model, ModelVersion, ResultFile, Run, RunKey, Study
from stoa.methods.canonical import parse_object
from stoa.people import acts as people
from stoa.people.models import Organisation, Person
from stoa.record.models import Entry
from tests.stage import acting

SUITE, MEASURE = "stoa/small_checks", "right"
CLUSTERS = 60
SALT = "5a" * 32
PLAN: dict[str, Any] = {
    "title": "Does quantising cost capability?",
    "why": "Small machines run quantised models.",
    "stopping": "fixed: 60 samples",
    "primary_suite": SUITE,
    "primary_measure": MEASURE,
    "margin": 0.2,
    "suites": [(SUITE, CLUSTERS)],
}


def digest(word: str) -> str:
    """A digest as weights have one, of this word."""
    return f"sha256:{hashlib.sha256(word.encode()).hexdigest()}"


def version(by: Person, name: str = "SmolLM2-135M-Instruct", label: str = "Q4_1", **says: Any) -> ModelVersion:
    """A version of a model of this name, registered."""
    model = Model.objects.filter(name=name).first()
    model = model or acts.register_model(acting(by), says={"name": name, "maker": "Cabbage Labs"})
    says = {"label": label, "file": f"{name}.{label}.gguf", "format": "gguf", **says}
    bases = says.pop("bases", ())
    return acts.register_version(acting(by), model=model, digest=digest(name + label), says=says, bases=bases)


def drafted(by: Person, of: ModelVersion | None = None, **says: Any) -> Study:
    """A study that somebody drafts; with a version its plan is whole."""
    models = {"models": [of.pk]} if of else {}
    return acts.draft_study(acting(by), says={**PLAN, **models, **says})


def registered(by: Person, of: ModelVersion | None = None, **says: Any) -> Study:
    """A study whose plan is registered."""
    study = drafted(by, of or version(by), **says)
    return acts.register_plan(acting(by), study=study, version=study.version)


def begun(study: Study, by: Person, reproduces: Run | None = None, suite: str = SUITE) -> Run:
    """A run that somebody began, of the study's first version."""
    first = study.models.order_by("pk")[0].version
    return acts.begin_run(acting(by), study=study, version=first, suite=suite, reproduces=reproduces)


def signing(person: Person) -> Ed25519PrivateKey:
    """The key by which somebody signs in tests."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(person.pk.encode()).digest())


def key_of(person: Person) -> RunKey:
    """Their key, registered."""
    public = signing(person).public_key().public_bytes_raw().hex()
    return acts.register_key(acting(person), person=person, key=public, name="notebook")


def sent(person: Person, body: bytes = b'{"version": 2}') -> Upload:
    """A log that somebody sent whole."""
    upload = files.begin(acting(person), person=person, name="run.json", size=len(body), sort="log")
    files.add(upload, io.BytesIO(body), at=0)
    return files.finish(acting(person), upload=upload)


def signature(person: Person, run: Run, upload: Upload) -> str:
    """Theirs over this run and log."""
    text = signed_text(run.study.number or 0, run.number, run.nonce, upload.digest)
    return signing(person).sign(text).hex()


def committed(run: Run, by: Person, upload: Upload) -> None:
    """A reproduction that is committed to."""
    acts.commit_run(acting(by), run=run, commitment=commitment(SALT, upload.digest))


def submitted(run: Run, by: Person, body: bytes | None = None) -> Run:
    """A run whose log is sent in, committed to first where it is a reproduction."""
    key_of(by)
    upload, salt = sent(by, body or f'{{"run": {run.pk}}}'.encode()), ""
    if run.kind == Run.Kind.REPRODUCTION:
        committed(run, by, upload)
        salt = SALT
    return acts.submit_run(acting(by), run=run, upload=upload.pk, signature=signature(by, run, upload), salt=salt)


def verdict(right: int = 30, word: str = "follows", faults: int = 0) -> Verdict:
    """A verdict by which so many of the samples were right, those with the first clusters."""
    share = right / CLUSTERS
    scores = [float(n < right) for n in range(CLUSTERS)]
    names = [f"c{n:02}" for n in range(CLUSTERS)]
    sums = {"names": names, "counts": [1] * CLUSTERS, "sums": scores, "squares": sum(scores)}
    fault = {"kind": "score.differs", "where": "sample 0001", "said": "<b>1</b>", "found": "<script>0</script>"}
    whole = {"verdict": word, "faults": [fault] * faults, "not_measurable": [], "samples": CLUSTERS, "tokens": 6_000}
    measured = Measured(share, 0.06, share - 0.12, share + 0.12, CLUSTERS, CLUSTERS, sums)
    return Verdict(word, {MEASURE: measured}, whole)  # type: ignore[arg-type]  # one of the three words


def checked(run: Run, right: int = 30, word: str = "follows", faults: int = 0) -> Run:
    """A run whose log the worker checked, with this verdict."""
    acts.take_up(CLOCK, run=run)
    return acts.keep_verdict(CLOCK, run=run, verdict=verdict(right, word, faults))


def claimed(study: Study, by: Person, right: int = 30) -> Run:
    """A run that claims a result."""
    return checked(submitted(begun(study, by), by), right)


def reproduced(claim: Run, by: Person, right: int = 30) -> Run:
    """A reproduction of a claim, checked."""
    return checked(submitted(begun(claim.study, by, claim), by), right)


def looked_at(person: Person, suite: str) -> ResultFile:
    """A file of results that somebody sent, and looks at as it was read."""
    body = f'{{"entry_type": "{suite}"}}'.encode()
    upload = files.begin(acting(person), person=person, name=f"{suite}.jsonl", size=len(body), sort="results")
    files.add(upload, io.BytesIO(body), at=0)
    files.finish(acting(person), upload=upload)
    file = acts.begin_import(acting(person), person=person, upload=upload.pk)
    results = [{"model_name": "small", "suite": suite, "measures": {"rate": {"value": 0.5}}}]
    said = {"format": "garak", "source": digest(suite), "made_by": "garak", "model": "small", "samples": 8}
    return acts.keep_reading(CLOCK, file=file, found=said | {"results": results})


def employed(person: Person, name: str = "Cabbage University") -> None:
    """Somebody works there."""
    house = Organisation.objects.filter(name=name).first()
    house = house or people.add_organisation(acting(person), name=name, country="DE")
    day = clock.now().date() - timedelta(days=100)
    people.declare_tie(acting(person), person=person, organisation=house, kind="employment", start=day)


def facts(kind: str) -> list[dict[str, Any]]:
    """The facts of all entries of a type."""
    rows = Entry.objects.filter(type=kind).order_by("pk").values_list("body", flat=True)
    return [parse_object(bytes(body))["facts"] for body in rows]  # type: ignore[misc]  # the recorder wrote them
