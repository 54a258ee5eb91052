"""The head of a file of weights, of whichever format its content is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from stoa.evaluation.weights import gguf, safetensors
from stoa.evaluation.weights.header import BadWeights, Header


def header_of(path: Path) -> Header:
    """Read the head of a file. Raises `BadWeights`, and OSError where the file can't be opened."""
    size = path.stat().st_size
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        return gguf.read(file, size) if magic == b"GGUF" else safetensors.read(file, size)


def header_of_all(paths: Sequence[Path]) -> Header:
    """What the heads of the files say together that hold one model's weights in parts. Raises `BadWeights`, and OSError."""
    heads = [header_of(path) for path in paths]
    if len({head.format for head in heads}) > 1 or len({path.name for path in paths}) < len(paths):
        raise BadWeights("The files are not parts of one model: their formats differ, or two have one name.")
    stored: Counter[str] = Counter()
    for head in heads:
        stored[head.quantisation or ""] += head.parameters
    most = stored.most_common(1)[0][0] or None
    sums = {name: sum(getattr(head, name) for head in heads) for name in ("size", "tensors", "parameters")}
    said = {
        name: next((found for head in heads if (found := getattr(head, name)) is not None), None)
        for name in ("architecture", "name", "context", "licence", "base")
    }
    return replace(heads[0], quantisation=most, **sums, **said)
