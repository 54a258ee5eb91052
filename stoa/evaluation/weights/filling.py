"""What a model card and the head of a file of weights say of a version, under the names by which a version is registered."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from stoa.evaluation.weights.cards import Card, Version
from stoa.evaluation.weights.header import count_or_none, text_or_none

_TEXTS = {
    "digest": "digest",
    "file": "file",
    "format": "format",
    "quantisation": "label",
    "licence": "licence",
    "base": "made_from",
}
_COUNTS = {"size": "bytes", "parameters": "parameters", "context": "context"}
_LONGEST = {"digest": 71, "file": 200, "format": 12, "label": 80, "licence": 80, "made_from": 200}
_LONGEST_OF_A_MODEL = {"name": 120, "maker": 120, "licence": 80}
_SIZE = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d{1,3})?)\s?([KMBT])(?![A-Za-z0-9])", re.IGNORECASE)
_SCALE = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_NEAR = 1.5
"""A name rounds: “1B” has 1.23 thousand million parameters."""


def said(card: Card, head: Mapping[str, Any], name: str = "") -> dict[str, str | int]:
    """The fields that either of them fills. Where both say something, what was read from the weights themselves stands.

    Of a card that speaks of several sizes the one is taken that fits the head's parameters or else the size in `name`, that of
    the model or its version: "3B".
    """
    size = count_or_none(head.get("parameters")) or size_in(name)
    rows = _fitting(card.versions, size)
    contexts, sizes = {row.context for row in rows if row.context}, {row.parameters for row in rows if row.parameters}
    of_card = {
        "licence": card.licence,
        "made_from": card.base,
        "relation": card.relation,
        "context": card.context or (contexts.pop() if len(contexts) == 1 else None),
        "parameters": sizes.pop() if len(sizes) == 1 else None,
    }
    texts = {field: text_or_none(head.get(name)) for name, field in _TEXTS.items()}
    counts = {field: count_or_none(head.get(name)) for name, field in _COUNTS.items()}
    found = {**of_card, **{field: value for field, value in (texts | counts).items() if value is not None}}
    return {field: _short(field, value) for field, value in found.items() if value is not None}


def of_model(card: Card) -> dict[str, str]:
    """The fields of a model that a card fills."""
    found = {"name": card.name, "maker": card.maker, "licence": card.licence}
    return {field: _shortened(value, _LONGEST_OF_A_MODEL[field]) for field, value in found.items() if value}


def size_in(name: str) -> int | None:
    """The parameters that a name tells, as "Small 1.5B" does; of several the last."""
    found = _SIZE.findall(name)
    return round(float(found[-1][0]) * _SCALE[found[-1][1].lower()]) if found else None


def _fitting(rows: Sequence[Version], size: int | None) -> Sequence[Version]:
    """The rows of about this size; all of them where none is said or none comes near."""
    if size is None:
        return rows
    near = {row: max(row.parameters, size) / min(row.parameters, size) for row in rows if row.parameters}
    least = min(near.values(), default=math.inf)
    return [row for row, ratio in near.items() if ratio == least] if least <= _NEAR else rows


def _short(field: str, value: str | int) -> str | int:
    return _shortened(value, _LONGEST.get(field, 80)) if isinstance(value, str) else value


def _shortened(text: str, most: int) -> str:
    """At most so many letters, cut between words if it has several."""
    if len(text) <= most:
        return text
    return text[:most].rpartition(" ")[0].strip() or text[:most]
