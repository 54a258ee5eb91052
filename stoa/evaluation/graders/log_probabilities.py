"""What a sample's output says where a suite asks for log-probabilities: JSON, so that every number can be recomputed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

NOT_MEASURED = json.dumps({"not measurable here": "the model gives no log-probabilities of a prompt"})
"""The output where it gives none."""
_MOST = 1_000_000


def row_of(told: Sequence[tuple[str, float]], text: str) -> list[float]:
    """The log-probabilities of all tokens of a text but the first; empty where what is told is not of exactly this text."""
    tokens = [(token, value) for token, value in told if token]
    whole = "".join(token for token, _ in tokens)
    fits = bool(whole) and len(whole) * 2 > len(text) and text.endswith(whole)
    return [value for _, value in tokens] if fits else []


def written(rows: Sequence[Sequence[float]]) -> str:
    """The log-probabilities of each text's tokens as an output, to six places."""
    return json.dumps({"log_probabilities": [[round(value, 6) for value in row] for row in rows]})


def read(output: str, texts: int) -> list[list[float]] | None:
    """The log-probabilities in an output, one row a text; None where they are missing or none that a model can give."""
    if len(output) > _MOST:
        return None
    try:
        rows = json.loads(output)["log_probabilities"]
        found = [[float(value) for value in row] for row in rows]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    fit = len(found) == texts and all(row and all(math.isfinite(one) and one <= 0 for one in row) for row in found)
    return found if fit else None


def min_k(row: Sequence[float], share: float = 0.2) -> float:
    """Min-K% Prob: the mean of the lowest share of a text's token log-probabilities (Shi et al., arXiv:2310.16789)."""
    lowest = sorted(row)[: max(1, math.ceil(len(row) * share))]
    return math.fsum(lowest) / len(lowest)


def exposure(rows: Sequence[Sequence[float]]) -> float:
    """Exposure of the first text among all in bits: log2 of their number minus log2 of its rank (Carlini et al. 2019, §4).

    Texts are ranked by the sum of their log-probabilities; ties share the middle of their ranks.
    """
    sums = [math.fsum(row) for row in rows]
    above = sum(one > sums[0] for one in sums[1:])
    equal = sum(one == sums[0] for one in sums[1:])
    return math.log2(len(sums)) - math.log2(1 + above + equal / 2)
