"""Has a file of another program's results read in a process of its own, and takes what that says only as it may be shown."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from stoa.kit.faults import Closed
from stoa.kit.files import store
from stoa.lab.acts.importing import Incoming
from stoa.lab.apart import answer_of, no_answer
from stoa.lab.models import ResultFile

KEPT = ("format", "source", "results", "made_by", "model", "samples")


def read_apart(file: ResultFile) -> tuple[dict[str, Any] | None, str]:
    """What a file brings, or None and why it can't be read. Raises `CannotCheck` where neither can be said here now."""
    with tempfile.TemporaryDirectory(prefix="stoa-read-") as folder:
        done = answer_of("stoa.evaluation.formats", [str(store.place(file.upload.digest))], Path(folder))
    try:
        said = json.loads(done.stdout)
    except (ValueError, RecursionError):
        raise no_answer(done) from None
    if not isinstance(said, dict):
        raise no_answer(done)
    if "fault" in said:
        fault = str(said["fault"])
        return None, fault[:1].upper() + fault[1:]
    return {name: said[name] for name in KEPT}, ""


def given_by(file: ResultFile) -> dict[str, Any]:
    """What `import_results` takes of a file that was read, its results of the version that was named. Raises `Closed` before."""
    if file.found is None:
        raise Closed("This file is not read.", remedy="Look at it again in a moment.")
    digest = file.version.digest if file.version else ""
    results = [
        Incoming(one["model_name"], one["suite"], digest=digest, measures=one["measures"])
        for one in file.found["results"]
    ]
    return {"format": file.found["format"], "source": file.found["source"], "incoming": results}
