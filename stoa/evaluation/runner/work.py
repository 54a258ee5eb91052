"""A run of one suite from its number to its log on the server, kept in a folder so that it goes on wherever it was ended."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from stoa.evaluation.faults import Unusable
from stoa.evaluation.runner.endpoint import Endpoint
from stoa.evaluation.runner.keys import public_half, run_key
from stoa.evaluation.runner.planned import Plan, PlannedModel, PlannedSuite, plan_of
from stoa.evaluation.runner.server import Server
from stoa.evaluation.sealing import commitment, signed_text

_KEPT = "run.json"


@dataclass(frozen=True)
class Kept:
    """What a folder keeps of a run. `once` makes its beginning one however often it is asked for; `salt` is a reproduction's."""

    study: int
    suite: str
    model: str
    reproduces: int | None
    once: str
    salt: str
    run: int = 0
    nonce: str = ""
    dependence: str = ""
    upload: str = ""
    submitted: bool = False


@dataclass(frozen=True)
class Work:
    """One run: the plan, the suite and the model, and the folder that keeps it."""

    plan: Plan
    suite: PlannedSuite
    model: PlannedModel
    folder: Path
    reproduces: int | None = None

    @property
    def log(self) -> Path:
        """The log as it is given away."""
        return self.folder / "log.eval"

    def begun(self, server: Server | None) -> Kept:
        """The run's number and nonce: those that the folder keeps, else new ones of the server. Without one it is practice: 0."""
        kept = read_kept(self.folder) or self._keep(self._new())
        if kept.nonce:
            return kept
        if server is None:
            return self._keep(replace(kept, nonce=secrets.token_hex(32)))
        found = server.begin(
            self.plan.study,
            model=self.model.id,
            suite=self.suite.name,
            reproduces=self.reproduces,
            once=kept.once,
        )
        return self._keep(replace(kept, run=found.number, nonce=found.nonce, dependence=found.dependence))

    def of_its_plan(self, server: Server) -> Work:
        """The same under the plan under which its run began, where that was changed since."""
        kept = read_kept(self.folder)
        run = server.run(kept.study, kept.run) if kept and kept.run else {}
        if run.get("plan", self.plan.digest) == self.plan.digest:
            return self
        plan = plan_of(server.plan(self.plan.study, int(run["plan_version"])))
        suite = next(one for one in plan.suites if one.name == self.suite.name)
        model = next(one for one in plan.models if one.id == self.model.id)
        return replace(self, plan=plan, suite=suite, model=model)

    def asked(self, kept: Kept, endpoint: Endpoint, told: Callable[[int], None]) -> Path:
        """Ask until every sample is finished, and write the log that can be given away."""
        if self.log.exists():
            told(self.suite.samples)
            return self.log
        from stoa.evaluation.runner.asking import Asking, run  # noqa: PLC0415 - loads Inspect, which takes seconds
        from stoa.evaluation.runner.cleaning import cleaned  # noqa: PLC0415 - as above

        asking = Asking(
            self.suite.name,
            self.suite.samples,
            self.plan.seed,
            self.folder / "logs",
            self.plan.told(self.suite, self.model, run=kept.run, nonce=kept.nonce),
        )
        log = run(asking, endpoint, told)
        cleaned(log, self.log, endpoint.secrets)
        return self.log

    def _new(self) -> Kept:
        return Kept(
            self.plan.study,
            self.suite.name,
            self.model.id,
            self.reproduces,
            secrets.token_hex(16),
            secrets.token_hex(32) if self.reproduces else "",
        )

    def _keep(self, kept: Kept) -> Kept:
        self.folder.mkdir(parents=True, exist_ok=True)
        return keep(self.folder, kept)


def folder_of(root: Path, plan: Plan, suite: PlannedSuite, model: PlannedModel, reproduces: int | None) -> Path:
    """Where a run is kept: one folder a study, below it one for each suite, model and what is reproduced."""
    name = f"{suite.name.removeprefix('stoa/')}-{model.name}-{model.version}".strip("-").lower()
    of = f"-reproduces-{reproduces}" if reproduces else ""
    return root / (f"study-{plan.study}" if plan.study else "practice") / (re.sub(r"[^a-z0-9._-]+", "-", name) + of)


def put_by(root: Path, plan: Plan, reproduces: int | None, server: Server) -> list[str]:
    """Move away what is kept of runs that can't be gone on with, so that the suite is run anew, and say which and why.

    That is a run that failed, one whose log does not hold, and one that was sent in under another plan than the one in force.
    """
    said = []
    for file in sorted((root / f"study-{plan.study}").rglob(_KEPT)):
        kept = read_kept(file.parent)
        if kept is None or not kept.run or kept.reproduces != reproduces:
            continue
        if why := _why_over(server.run(kept.study, kept.run), plan):
            _move(file.parent, kept.run)
            said.append(f"Run {kept.run} ({kept.suite}) {why}: it is kept beside, and another begins.")
    return said


def _why_over(run: Mapping[str, Any], plan: Plan) -> str:
    if run.get("state") == "failed":
        return "failed"
    if run.get("verdict") in ("differs", "unreadable"):
        return "has a log that does not hold"
    changed = run.get("plan", plan.digest) != plan.digest
    return "was of the plan before" if changed and run.get("state") != "begun" else ""


def _move(folder: Path, run: int) -> None:
    """What is kept beside keeps its logs, under a name by which nothing goes on with it."""
    aside = folder.with_name(f"{folder.name}-run-{run}")
    (folder / _KEPT).rename(folder / f"run-{run}.json")
    folder.rename(aside)


def is_under_way(root: Path, study: int, reproduces: int | None) -> bool:
    """Whether a run of this study, or a reproduction of this one, was numbered before and can be gone on with."""
    kept = (read_kept(file.parent) for file in (root / f"study-{study}").rglob(_KEPT))
    return any(one is not None and one.nonce and one.reproduces == reproduces for one in kept)


def read_kept(folder: Path) -> Kept | None:
    """What a folder keeps of a run, or None where it keeps none."""
    file = folder / _KEPT
    if not file.exists():
        return None
    try:
        return Kept(**json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError):
        raise Unusable(f"{file} is damaged.", "Move its folder away and begin the run anew.") from None


def keep(folder: Path, kept: Kept) -> Kept:
    """Write what a folder keeps, at once or not at all."""
    beside = folder / f".{_KEPT}.{os.getpid()}"
    with beside.open("w", encoding="utf-8") as file:
        json.dump(asdict(kept), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / _KEPT)
    return kept


def submit(folder: Path, server: Server, told: Callable[[int], None]) -> dict[str, Any]:
    """Sign the log of a folder and send it in, from wherever an earlier try broke off; a reproduction is committed to first."""
    kept = read_kept(folder)
    log = folder / "log.eval"
    if kept is None or not log.exists():
        raise Unusable(f"{folder} holds no finished run.", "Finish it with `stoa lab run`.")
    if not kept.run:
        raise Unusable("This run was practice: it has no number on a server.", "Run a registered study.")
    if kept.submitted:
        found = server.run(kept.study, kept.run)
        if found.get("state") != "begun":
            told(log.stat().st_size)
            return found
        kept = replace(kept, submitted=False)  # the server was restored from before it came
    signed = signature(kept, log)
    server.register(signed["key"])
    if kept.salt:
        server.commit(kept.study, kept.run, commitment(kept.salt, signed["log"]))
    if not kept.upload or not server.has(kept.upload):
        kept = keep(folder, replace(kept, upload=server.begin_file(log)))
    server.send(kept.upload, log, told)
    found = server.submit(kept.study, kept.run, _handed_in(kept, signed), signed["log"])
    keep(folder, replace(kept, submitted=True))
    return found


def _handed_in(kept: Kept, signed: dict[str, str]) -> dict[str, str]:
    sent = {"upload": kept.upload, "key": signed["key"], "signature": signed["signature"]}
    return sent | ({"salt": kept.salt} if kept.salt else {})


def signature(kept: Kept, log: Path) -> dict[str, str]:
    """The log's digest, the key and the signature over study, run, nonce and digest."""
    with log.open("rb") as body:
        digest = hashlib.file_digest(body, "sha256").hexdigest()
    key = run_key()
    text = signed_text(kept.study, kept.run, kept.nonce, digest)
    return {"log": digest, "key": public_half(key), "signature": key.sign(text).hex()}


def saved(works: Sequence[Work]) -> Path:
    """Write the plan of these runs, which is the same, beside their folders: a log is checked against it."""
    file = works[0].folder.parent / "plan.json"
    file.write_text(json.dumps(dict(works[0].plan.whole), indent=1), encoding="utf-8")
    return file


def prepared(folder: Path) -> Path:
    """Write what is to be sent in later beside the log: `submission.json` with its digest, key and signature."""
    kept = read_kept(folder)
    assert kept is not None
    file = folder / "submission.json"
    file.write_text(json.dumps({"study": kept.study, "run": kept.run} | signature(kept, folder / "log.eval"), indent=1))
    return file
