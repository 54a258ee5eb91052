"""The head of a file of weights, GGUF or safetensors, read without loading a weight, and the digest of the whole file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

CHUNK = 1 << 20
MOST_HEADER = 128 * CHUNK
"""Bytes. The greatest heads that are known hold a vocabulary of some hundred thousand words."""
MOST_TENSORS = 200_000


class BadWeights(Exception):
    """The file is no file of weights, or its head contradicts itself. Says what and where."""


@dataclass(frozen=True)
class Header:
    """What the head of a file of weights says. None: it says nothing of that. Texts are the file's own words.

    `parameters`: numbers in all tensors. `quantisation`: how most of them are stored. `context`: tokens. `size`: bytes.
    """

    format: str
    size: int
    tensors: int
    parameters: int
    quantisation: str | None = None
    architecture: str | None = None
    name: str | None = None
    context: int | None = None
    licence: str | None = None
    base: str | None = None


def digest_of(path: Path, told: Callable[[int], None] = lambda _bytes: None) -> str:
    """`sha256:` and hexadecimal digits of the whole file. `told` hears how many bytes more are done."""
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(8 * CHUNK):
            hashed.update(chunk)
            told(len(chunk))
    return f"sha256:{hashed.hexdigest()}"


def digest_of_all(digests: Mapping[str, str]) -> str:
    """The digest of weights in several files, from that of each by its name: as `sha256sum FILES | LC_ALL=C sort | sha256sum`."""
    lines = sorted(f"{digest.removeprefix('sha256:')}  {name}\n".encode() for name, digest in digests.items())
    return f"sha256:{hashlib.sha256(b''.join(lines)).hexdigest()}"


def taken(file: BufferedReader, count: int, what: str) -> bytes:
    """So many bytes; a head that ends before is cut."""
    data = file.read(count)
    if len(data) < count:
        raise BadWeights(f"The file ends within {what}.")
    return data


def text_or_none(value: object) -> str | None:
    """A text of a head as it may be shown: printable, at most 200 characters."""
    if not isinstance(value, str) or not value.strip():
        return None
    return "".join(letter if letter.isprintable() else " " for letter in value[:200]).strip()


def count_or_none(value: object) -> int | None:
    """A positive whole number of a head."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
