"""What all suites share: rows of a sample set, their digest, and prompts that are data beside this module."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from stoa.evaluation.words import Sample
from stoa.methods.canonical import canonical

SOURCE = "https://github.com/stoa-server/stoa"
LICENCE = "Apache-2.0"


@cache
def prompts(name: str) -> Mapping[str, Any]:
    """The prompts of a file in `prompts/`."""
    return tomllib.loads((files(__package__) / "prompts" / f"{name}.toml").read_text("utf-8"))


def row(number: int, text: str, *, target: str = "", cluster: str, **metadata: object) -> Sample:
    """A sample before it was asked. A system prompt is metadata `system`."""
    return Sample(
        id=f"{number + 1:04}",
        epoch=1,
        input=text,
        target=target,
        output="",
        scores={},
        cluster=cluster,
        metadata=metadata,
    )


def set_digest(samples: Iterable[Sample]) -> str:
    """What a plan says of its sample set: SHA-256 over id, input, target, cluster and metadata of each, in canonical JSON."""
    rows = [
        {
            "id": one.id,
            "input": one.input,
            "target": one.target,
            "cluster": one.cluster,
            "metadata": {name: value for name, value in one.metadata.items() if name != "cluster"},
        }
        for one in samples
    ]
    return f"sha256:{hashlib.sha256(canonical(rows)).hexdigest()}"
