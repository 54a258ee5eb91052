"""The sample's lab: two finished studies of a small open model, with a failed attempt and reproductions, played through the acts.

The answers in the logs are those that the model gave; a reproduction is a second run. A log says in its head of which plan and
run it is, and those are made anew whenever the sample is loaded: so plan, numbers and nonce are put into the heads at loading,
and instants moved to the sample's past. What the checker said of each log lies beside it, so that loading needs no Inspect.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stoa.cli.sample import content
from stoa.cli.sample.world import Scene, World
from stoa.evaluation import verdicts
from stoa.evaluation.sealing import commitment, signed_text
from stoa.kit import chance
from stoa.kit.act import CLOCK
from stoa.kit.files import acts as files
from stoa.kit.models import Upload
from stoa.lab import acts
from stoa.lab.models import ModelVersion, Run, Study

FOLDER = content.FOLDER / "lab"
HEADS = ("header.json", "_journal/start.json")
INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)")
Planned = dict[str, Any]


class Laboratory:
    """Two studies as their scenes are told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told = content.read("lab")
        self.studies: dict[str, Study] = {}
        self.runs: dict[tuple[str, int], Run] = {}

    def scenes(self) -> Iterator[Scene]:
        """From the model's registration to the end of the second study."""
        first = self.told["study"][0]
        yield first["registered"] - 2, partial(self.register_model, first["by"])
        for told in self.told["study"]:
            yield told["registered"], partial(self.register, told)
            for place, run in enumerate(told["run"], 1):
                yield run["begun"], partial(self.begin, told, place, run)
                if "failed" in run:
                    yield run["begun"] + 0.4, partial(self.fail, told, place, run)
                else:
                    yield run["sent"], partial(self.send, told, place, run)
                    yield run["sent"] + 0.01, partial(self.check, told, place, run)
            yield told["closed"], partial(self.close, told)

    def register_model(self, by: str) -> None:
        """Somebody registers the model, and its weights by their digest."""
        version = dict(self.told["version"])
        model = acts.register_model(self.world.actor(by), says=self.told["model"])
        acts.register_version(self.world.actor(by), model=model, digest=version.pop("digest"), says=version)

    def register(self, told: Planned) -> None:
        """A study is drafted, and its plan registered with the seed of its logs' samples."""
        actor = self.world.actor(told["by"])
        texts = {name: told[name].strip() for name in ("title", "why", "method", "stopping")}
        suite, measure = told["primary"]
        says = {
            **texts,
            "question": self.world.asked[told["question"]].pk,
            "margin": told["margin"],
            "primary_suite": suite,
            "primary_measure": measure,
            "models": [ModelVersion.objects.get(digest=self.told["version"]["digest"]).pk],
            "suites": [(one["name"], one["samples"]) for one in told["suite"]],
        }
        study = acts.draft_study(actor, says=says)
        before = chance.draw_from(lambda count: (2 * told["seed"]).to_bytes(4) if count == 4 else before(count))
        try:
            self.studies[told["title"]] = acts.register_plan(actor, study=study, version=study.version)
        finally:
            chance.draw_from(before)

    def begin(self, told: Planned, place: int, run: Planned) -> None:
        """A run gets its number."""
        claim = self.runs[told["title"], run["reproduces"]] if "reproduces" in run else None
        version = ModelVersion.objects.get(digest=self.told["version"]["digest"])
        study = self.studies[told["title"]]
        self.runs[told["title"], place] = acts.begin_run(
            self.world.actor(run["by"]), study=study, version=version, suite=run["suite"], reproduces=claim
        )

    def fail(self, told: Planned, place: int, run: Planned) -> None:
        """A run came to nothing, and its member says so."""
        acts.fail_run(self.world.actor(run["by"]), run=self.runs[told["title"], place], reason=run["failed"])

    def send(self, told: Planned, place: int, run: Planned) -> None:
        """The log is signed and sent in; a reproduction is committed to first."""
        begun, actor = self.runs[told["title"], place], self.world.actor(run["by"])
        body = dated(FOLDER / f"{run['log']}.eval", heading(begun), begun.begun)
        digest = sha256(body).hexdigest()
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        acts.register_key(actor, person=self.world.people[run["by"]], key=public, name="laptop")
        salt = chance.octets(32).hex() if "reproduces" in run else ""
        if salt:
            acts.commit_run(actor, run=begun, commitment=commitment(salt, digest))
        upload = self.upload(run["by"], f"{run['log']}.eval", body)
        text = signed_text(begun.study.number or 0, begun.number, begun.nonce, digest)
        signature = key.sign(text).hex()
        acts.submit_run(actor, run=begun, upload=upload.pk, signature=signature, key=public, salt=salt)

    def upload(self, by: str, name: str, body: bytes) -> Upload:
        """The file comes in one piece."""
        actor, person = self.world.actor(by), self.world.people[by]
        upload = files.begin(actor, person=person, name=name, size=len(body), sort="log")
        files.add(upload, io.BytesIO(body), at=0)
        return files.finish(actor, upload=upload)

    def check(self, told: Planned, place: int, run: Planned) -> None:
        """The worker keeps what the checker said of this log."""
        sent = Run.objects.get(pk=self.runs[told["title"], place].pk)
        said = json.loads((FOLDER / f"{run['log']}.json").read_text(encoding="utf-8"))
        said |= {"log": sent.log_digest, "run": sent.number}
        taken = acts.take_up(CLOCK, run=sent)
        checked = acts.keep_verdict(CLOCK, run=taken, verdict=verdicts.read(json.dumps(said).encode()))
        self.runs[told["title"], place] = checked

    def close(self, told: Planned) -> None:
        """The study ends with what it concludes."""
        study = Study.objects.get(pk=self.studies[told["title"]].pk)
        acts.close_study(self.world.actor(told["by"]), study=study, ending=told["ending"].strip())


def heading(run: Run) -> dict[str, Any]:
    """What a log says of the plan and run that it is of."""
    plan = run.plan.plan
    planned = next(one for one in plan["suites"] if one["name"] == run.suite)
    return {
        "plan": run.plan.digest,
        "study": plan["study"],
        "run": run.number,
        "nonce": run.nonce,
        "suite": run.suite,
        "suite_version": planned["version"],
        "seed": plan["seed"],
        "samples": planned["samples"],
        "set": planned["set"],
        "model_digest": run.version.digest,
    }


def dated(log: Path, told: dict[str, Any], begun: datetime) -> bytes:
    """A log with this heading, its instants moved so that it was made a minute after the run was begun."""
    made = io.BytesIO()
    with zipfile.ZipFile(log) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into:
        created = datetime.fromisoformat(json.loads(given.read("header.json"))["eval"]["created"])
        ahead = begun + timedelta(minutes=1) - created
        for name in given.namelist():
            body = given.read(name)
            if name in HEADS:
                head = json.loads(body)
                for part in (head, head["eval"]):
                    part["metadata"] = {**(part.get("metadata") or {}), "stoa": told}
                body = json.dumps(head, ensure_ascii=False).encode()
            body = INSTANT.sub(partial(_moved, ahead), body)
            into.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _moved(ahead: timedelta, found: re.Match[bytes]) -> bytes:
    return (datetime.fromisoformat(found[0].decode()) + ahead).isoformat().encode()


def laboratory(world: World) -> Iterator[Scene]:
    """The scenes of the lab."""
    yield from Laboratory(world).scenes()
