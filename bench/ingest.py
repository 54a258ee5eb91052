"""Ingest of a log of 100 MB with 10,000 samples: `python -m bench.ingest`. Read, graded anew, verdict in under 30 s and 500 MB.

The log is made of one true sample's transcript, as Inspect writes it, with other words each time; it is checked in a process of
its own. Beside it, Inspect's own `read_eval_log` reads the same file, without judging it.
"""

import argparse
import base64
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._shared import machine

SAMPLES, MEGABYTES = 10_000, 100
SECONDS, MEMORY = 30.0, 500.0
_PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
_INSPECT = f"import sys; from inspect_ai.log import read_eval_log; read_eval_log(sys.argv[1]); print(); {_PEAK}"
_OURS = f"""
import json, pathlib, sys
from bench.ingest import large
from stoa.evaluation.logs.checking import check
from tests.evaluation.making import RUN
folder = pathlib.Path(sys.argv[1])
plan = json.loads((folder / "plan.json").read_text())
print(json.dumps(check(folder / "large.eval", plan, dict(RUN), suites=dict(large=large())).verdict))
{_PEAK}
"""


def large() -> Any:
    """The suite of the log: one of ours, with more samples and longer answers than it has."""
    from dataclasses import replace

    from stoa.evaluation.catalogue import SUITES

    return replace(SUITES["stoa/context_leak"], most=100_000, tokens_a_sample=16_384)


def written(folder: Path, samples: int, megabytes: int) -> None:
    """Write a log that has no fault, and its plan."""
    from stoa.evaluation import catalogue
    from tests.evaluation import making
    from tests.evaluation.forging import mended, put_together, taken_apart

    catalogue.SUITES[making.LEAK] = large()
    plan = making.plan(count=samples)
    rows = large().samples(plan["seed"], samples)
    pieces = taken_apart(making.made(folder, making.plan(count=1)))
    template, chance = Template(pieces.samples[0], rows[0], megabytes * (1 << 20) // samples), random.Random(1)
    pieces.samples = [template.sample(row, chance) for row in rows]
    pieces.summaries = [_summary(sample) for sample in pieces.samples]
    pieces.others, pieces.reductions = {}, None
    mended(pieces)
    pieces.spec["metadata"] = pieces.header["metadata"] = {"stoa": making.said(plan)}
    pieces.spec["task_args"] = pieces.spec["task_args_passed"] = {}
    pieces.others["_journal/start.json"] = {part: pieces.header[part] for part in ("version", "eval", "plan")}
    put_together(pieces, folder / "large.eval")
    (folder / "plan.json").write_text(json.dumps(plan))


class Template:
    """A true sample, of which others are made: another question, another answer, ids and hashes to fit."""

    def __init__(self, model: Mapping[str, Any], row: Any, size: int) -> None:
        self.text, self.row = json.dumps(model), row
        self.letters = size * 5 // 4 - 3000  # of random letters two in three bytes stay, and each answer stands twice

    def sample(self, row: Any, chance: random.Random) -> dict[str, Any]:
        """The sample that a row would have become."""
        from dataclasses import replace

        from inspect_ai._util.hash import mm3_hash

        from tests.evaluation.forging import calls_of, new_ids, scores_of, spoken

        text = self.text
        for old, new in ((self.row.metadata["system"], row.metadata["system"]), (self.row.input, row.input)):
            text = text.replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1])
        sample = new_ids(json.loads(text), chance)
        answer = base64.b85encode(chance.randbytes(max(self.letters, 100) // 5 * 4)).decode()
        spoken(sample, answer, steps=True)
        for name, held in list(sample["attachments"].items()):
            sample = json.loads(json.dumps(sample).replace(name, mm3_hash(held)))
        grades = {
            key: float("nan") if value is None else value
            for key, value in large().grade(replace(row, output=answer)).items()
        }
        for score in scores_of(sample):
            score["value"] = dict(grades)
        tokens = {"input_tokens": 90, "output_tokens": len(answer) // 3, "total_tokens": 90 + len(answer) // 3}
        for call in calls_of(sample):
            call["output"] |= {"usage": dict(tokens), "time": 1.5 + chance.random() / 3}
            call["working_time"] = call["output"]["time"]
            begun = datetime.fromisoformat(call["timestamp"])
            call["completed"] = (begun + timedelta(seconds=call["working_time"])).isoformat()
        sample["model_usage"] = {name: dict(tokens) for name in sample["model_usage"]}
        sample |= {"id": row.id, "target": row.target, "uuid": f"{chance.getrandbits(100):022x}"}
        sample["metadata"] = {**row.metadata, "cluster": row.cluster}
        said = {"target": row.target, "metadata": sample["metadata"]}
        for event in sample["events"]:
            if event["event"] == "sample_init":
                event["sample"] |= {"id": row.id, **said}
                event["state"]["metadata"] = sample["metadata"]
            elif event["event"] == "score":
                event["target"] = row.target
        return sample


def _summary(sample: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("id", "epoch", "input", "target", "metadata", "scores", "model_usage", "started_at", "completed_at", "uuid")
    return {key: sample[key] for key in kept} | {"retries": 0, "completed": True}


def timed(*arguments: str) -> tuple[float, float, str]:
    """Seconds and peak in MB of a Python of its own, and what it printed before the last line."""
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
    said, peak = done.stdout.rstrip().rsplit("\n", 1)
    return time.perf_counter() - begin, float(peak), said


def main() -> int:
    """Make the log, check it, and let Inspect read it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--megabytes", type=int, default=MEGABYTES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not (child := os.fork()):  # what making it takes in memory does not count
            written(Path(folder), asked.samples, asked.megabytes)
            os._exit(0)
        os.waitpid(child, 0)
        log = Path(folder) / "large.eval"
        print(f"{machine()}\na log of {log.stat().st_size / 1e6:.0f} MB with {asked.samples} samples")
        took, peak, said = timed("-c", _OURS, folder)
        theirs, held, _ = timed("-c", _INSPECT, str(log))
    verdict = json.loads(said)
    print(f"verdict: {verdict['verdict']}, faults by kind: {verdict.get('counts')}")
    print(f"read, graded, verdict: {took:.1f} s of {SECONDS:.0f}, {peak:.0f} MB of {MEMORY:.0f}")
    print(f"Inspect's read_eval_log alone: {theirs:.1f} s, {held:.0f} MB; ours takes {took / theirs:.2f} of its time")
    return int(took > SECONDS or peak > MEMORY or verdict["verdict"] != "follows")


if __name__ == "__main__":
    sys.exit(main())
