"""Safetensors heads, as the format's description has them (github.com/huggingface/safetensors, README)."""

import json
import math
import struct
from collections import Counter
from io import BufferedReader
from typing import Any

from stoa.evaluation.weights.header import MOST_HEADER, MOST_TENSORS, BadWeights, Header, taken, text_or_none

_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "U16": 16, "I16": 16, "F16": 16, "BF16": 16,
    "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64, "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip


def read(file: BufferedReader, size: int) -> Header:
    """The head of a safetensors file of so many bytes. Raises `BadWeights`."""
    (length,) = struct.unpack("<Q", taken(file, 8, "its beginning"))
    if length > min(MOST_HEADER, size):
        raise BadWeights("Neither GGUF nor safetensors, or cut.")
    head = _parsed(taken(file, length, "its head"))
    about = head.pop("__metadata__", {})
    if len(head) > MOST_TENSORS:
        raise BadWeights(f"A head with {len(head)} tensors is too large.")
    stored = _tensors(head, size - 8 - length)
    about = about if isinstance(about, dict) else {}
    return Header(
        format="safetensors",
        size=size,
        tensors=len(head),
        parameters=stored.total(),
        quantisation=stored.most_common(1)[0][0] if stored else None,
        architecture=text_or_none(about.get("architecture")),
        name=text_or_none(about.get("name") or about.get("modelspec.title")),
        licence=text_or_none(about.get("license") or about.get("modelspec.license")),
        base=text_or_none(about.get("base_model")),
    )


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        head = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise BadWeights("Neither GGUF nor safetensors: its head is no JSON.") from None
    if not isinstance(head, dict):
        raise BadWeights("The head is no JSON object.")
    return head


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadWeights("The head names a tensor twice.")
    return found


def _tensors(head: dict[str, Any], room: int) -> Counter[str]:
    """How many numbers are stored in which way. Tensors must fill what follows the head, side by side."""
    stored: Counter[str] = Counter()
    spans: list[tuple[int, int]] = []
    for name, tensor in head.items():
        kind, shape, span = _tensor(name, tensor)
        numbers = math.prod(shape)
        if -(-numbers * _BITS[kind] // 8) != span[1] - span[0] or span[1] > room:
            raise BadWeights(f"Tensor {name[:80]!r} lies outside of the file, or is not as large as its shape.")
        stored[kind] += numbers
        spans.append(span)
    reached = 0
    for begin, end in sorted(spans):
        if begin != reached:
            raise BadWeights("Tensors overlap, or leave bytes between them.")
        reached = end
    if reached != room:
        raise BadWeights(f"The file has {room - reached} bytes more than its head says.")
    return stored


def _tensor(name: str, tensor: Any) -> tuple[str, list[int], tuple[int, int]]:
    if not isinstance(tensor, dict) or tensor.get("dtype") not in _BITS:
        raise BadWeights(f"Tensor {name[:80]!r} has no known type.")
    shape, span = _counts(tensor.get("shape")), _counts(tensor.get("data_offsets"))
    if shape is None or span is None or len(span) != 2 or span[0] > span[1] or len(shape) > 16:
        raise BadWeights(f"Tensor {name[:80]!r} has no shape or place.")
    return str(tensor["dtype"]), shape, (span[0], span[1])


def _counts(value: Any) -> list[int] | None:
    fits = isinstance(value, list) and all(type(one) is int and 0 <= one < 1 << 63 for one in value)
    return list(value) if fits else None
