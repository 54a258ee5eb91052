"""GGUF heads, versions 2 and 3, as the format's description has them (github.com/ggml-org/ggml, docs/gguf.md)."""

import math
import struct
from collections import Counter
from io import BufferedReader
from typing import Any

from stoa.evaluation.weights.header import (
    MOST_HEADER,
    MOST_TENSORS,
    BadWeights,
    Header,
    count_or_none,
    taken,
    text_or_none,
)

_PLAIN = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9
_MOST_PAIRS, _MOST_KEY, _MOST_DIMENSIONS = 10_000, 65_535, 8
_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 12: "Q4_K",
    13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S",
    22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 30: "BF16",
    34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
}  # fmt: skip
"""How the numbers of a tensor are stored."""


def read(file: BufferedReader, size: int) -> Header:
    """The head of a GGUF file of so many bytes. Raises `BadWeights`."""
    magic, version, tensors, pairs = struct.unpack("<4sIQQ", taken(file, 24, "its beginning"))
    if magic != b"GGUF" or version not in (2, 3):
        raise BadWeights(f"No GGUF of version 2 or 3 (version {version}).")
    if tensors > MOST_TENSORS or pairs > _MOST_PAIRS:
        raise BadWeights(f"A head with {tensors} tensors and {pairs} facts is too large.")
    known: dict[str, Any] = {}
    for _ in range(pairs):
        key = _text(file, _MOST_KEY)
        if key in known:
            raise BadWeights(f"The head tells {key!r} twice.")
        known[key] = _value(file, *struct.unpack("<I", taken(file, 4, "a fact")))
    stored, parameters = _tensors(file, tensors, size)
    return _header(known, stored, parameters, size, tensors)


def _header(known: dict[str, Any], stored: Counter[str], parameters: int, size: int, tensors: int) -> Header:
    architecture = text_or_none(known.get("general.architecture"))
    return Header(
        format="gguf",
        size=size,
        tensors=tensors,
        parameters=parameters,
        quantisation=stored.most_common(1)[0][0] if stored else None,
        architecture=architecture,
        name=text_or_none(known.get("general.name")),
        context=count_or_none(known.get(f"{architecture}.context_length")),
        licence=text_or_none(known.get("general.license")),
        base=text_or_none(known.get("general.base_model.0.name")),
    )


def _tensors(file: BufferedReader, count: int, size: int) -> tuple[Counter[str], int]:
    """How many numbers are stored in which way, and how many there are."""
    stored: Counter[str] = Counter()
    parameters = 0
    for _ in range(count):
        name = _text(file, _MOST_KEY)
        (dimensions,) = struct.unpack("<I", taken(file, 4, f"tensor {name!r}"))
        if not 0 < dimensions <= _MOST_DIMENSIONS:
            raise BadWeights(f"Tensor {name!r} has {dimensions} dimensions.")
        shape = struct.unpack(f"<{dimensions}Q", taken(file, 8 * dimensions, f"tensor {name!r}"))
        kind, offset = struct.unpack("<IQ", taken(file, 12, f"tensor {name!r}"))
        numbers = math.prod(shape)
        if offset >= size or numbers > 64 * size:
            raise BadWeights(f"Tensor {name!r} lies outside of the file.")
        stored[_TYPES.get(kind, f"type {kind}")] += numbers
        parameters += numbers
    return stored, parameters


def _text(file: BufferedReader, most: int) -> str:
    (length,) = struct.unpack("<Q", taken(file, 8, "a text"))
    if length > most:
        raise BadWeights(f"A text of {length} bytes is too long.")
    return taken(file, length, "a text").decode("utf-8", "replace")


def _value(file: BufferedReader, kind: int) -> Any:
    """A fact; of an array only that it was there."""
    if file.tell() > MOST_HEADER:
        raise BadWeights("The head is too large.")
    if kind == _TEXT:
        return _text(file, MOST_HEADER)
    if kind == _ARRAY:
        return _skip_array(file)
    if kind not in _PLAIN:
        raise BadWeights(f"A fact of unknown type {kind}.")
    form = struct.Struct(f"<{_PLAIN[kind]}")
    return form.unpack(taken(file, form.size, "a fact"))[0]


def _skip_array(file: BufferedReader) -> None:
    kind, count = struct.unpack("<IQ", taken(file, 12, "an array"))
    if kind in _PLAIN:
        size = struct.calcsize(f"<{_PLAIN[kind]}") * count
        if size > MOST_HEADER:
            raise BadWeights(f"An array of {count} values is too large.")
        taken(file, size, "an array")
    elif kind == _TEXT:
        _skip_texts(file, count)
    else:
        raise BadWeights(f"An array of unknown type {kind}.")


def _skip_texts(file: BufferedReader, count: int) -> None:
    for _ in range(count):
        if file.tell() > MOST_HEADER:
            raise BadWeights("The head is too large.")
        _text(file, _MOST_KEY)
