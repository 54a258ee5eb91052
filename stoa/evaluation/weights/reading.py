"""The head of a file of weights, of whichever format its content is."""

from pathlib import Path

from stoa.evaluation.weights import gguf, safetensors
from stoa.evaluation.weights.header import Header


def header_of(path: Path) -> Header:
    """Read the head of a file. Raises `BadWeights`, and OSError where the file can't be opened."""
    size = path.stat().st_size
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        return gguf.read(file, size) if magic == b"GGUF" else safetensors.read(file, size)
