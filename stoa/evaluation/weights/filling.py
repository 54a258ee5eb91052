"""What a model card and the head of a file of weights say of a version, under the names by which a version is registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stoa.evaluation.weights.cards import Card
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


def said(card: Card, head: Mapping[str, Any]) -> dict[str, str | int]:
    """The fields that either of them fills. Where both say something, what was read from the weights themselves stands.

    A card's parameters are taken only if it speaks of one size.
    """
    sizes = {version.parameters for version in card.versions if version.parameters}
    parameters = next(iter(sizes)) if len(sizes) == 1 else None
    of_card = {"licence": card.licence, "made_from": card.base, "context": card.context, "parameters": parameters}
    texts = {field: text_or_none(head.get(name)) for name, field in _TEXTS.items()}
    counts = {field: count_or_none(head.get(name)) for name, field in _COUNTS.items()}
    found = {**of_card, **{field: value for field, value in (texts | counts).items() if value is not None}}
    return {field: _short(field, value) for field, value in found.items() if value is not None}


def _short(field: str, value: str | int) -> str | int:
    return value[: _LONGEST[field]].strip() if isinstance(value, str) else value
