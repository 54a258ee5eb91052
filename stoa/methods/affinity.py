"""How close texts are to what reviewers wrote: TF-IDF, or embeddings where a server has a model for them.

TF-IDF as Salton and Buckley (1988): 1 + ln(count), smoothed inverse document frequency, cosine. A reviewer's score for a
text is the power mean (exponent 3) of its similarities with each of their papers: between their mean, which drowns the one
paper that matters, and their greatest, which one stray paper decides. docs/review.md has the figures on a gold standard.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import log
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SCALE = 10_000
"""Affinities are whole numbers from 0 to this, so that what they decide can be recomputed to the last digit."""
EXPONENT = 3
_WORD = re.compile(r"[^\W_]{2,}")

Vectors = NDArray[np.float64]
Scores = NDArray[np.int64]


class Affinity(Protocol):
    """A way to compare texts; `name` tells method and version, and goes where its scores go."""

    name: str

    def score(self, pieces: Sequence[str], archives: Sequence[Sequence[str]]) -> Scores:
        """Shape (pieces, archives), from 0 to `SCALE`; an archive is the texts of one reviewer, and may be empty."""
        ...


class TfIdf:
    """Words that two texts share, rare ones counting more. Knows no language and needs no model."""

    name = "tf-idf/1"

    def score(self, pieces: Sequence[str], archives: Sequence[Sequence[str]]) -> Scores:
        """As in `Affinity`."""
        bags = [Counter(words(text)) for text in [*pieces, *(text for archive in archives for text in archive)]]
        weights = _weights(bags)
        rows = [_row(bag, weights) for bag in bags]
        starts = np.cumsum([0, *(len(places) for places, _ in rows[: len(pieces)])])
        columns = np.concatenate([places for places, _ in rows[: len(pieces)]] or [np.empty(0, np.int64)])
        values = np.concatenate([value for _, value in rows[: len(pieces)]] or [np.empty(0)])

        def likeness(row: tuple[NDArray[np.int64], Vectors]) -> Vectors:
            dense = np.zeros(len(weights))
            dense[row[0]] = row[1]
            sums = np.concatenate([[0.0], np.cumsum(values * dense[columns])])
            return np.asarray(sums[starts[1:]] - sums[starts[:-1]])

        return _scores(len(pieces), map(likeness, rows[len(pieces) :]), archives)


class Embedded:
    """Cosine of embeddings: `embed` gives a row for each text. The name says which model, and its version."""

    def __init__(self, name: str, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self.name = f"embedding/1 {name}"
        self._embed = embed

    def score(self, pieces: Sequence[str], archives: Sequence[Sequence[str]]) -> Scores:
        """As in `Affinity`; opposite texts score 0."""
        texts = [*pieces, *(text for archive in archives for text in archive)]
        rows = np.asarray(self._embed(texts), dtype=float) if texts else np.empty((0, 1))
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        near = (np.maximum(rows[: len(pieces)] @ row, 0.0) for row in rows[len(pieces) :])
        return _scores(len(pieces), near, archives)


def words(text: str) -> list[str]:
    """The words of a text, two characters at least: without case, accents, and the endings of English plurals."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return [_singular(word) for word in _WORD.findall(plain)]


def ranked(scores: Scores) -> Scores:
    """Each reviewer's scores by their place among that reviewer's own: 0 for the least, `SCALE` for the greatest.

    So nobody gets everything because they wrote a lot, or nothing because they wrote little. Equal scores have the middle
    of their places; a reviewer of whom nothing is known is in the middle for every piece.
    """
    pieces = len(scores)
    if pieces < 2:
        return np.full_like(scores, SCALE // 2)
    below = np.stack([np.searchsorted(np.sort(column), column, side="left") for column in scores.T], axis=1)
    above = np.stack([np.searchsorted(np.sort(column), column, side="right") for column in scores.T], axis=1)
    return np.asarray((below + above - 1) * SCALE // (2 * (pieces - 1)), dtype=np.int64)


def weighted_loss(predicted: Mapping[str, Mapping[str, float]], stated: Mapping[str, Mapping[str, float]]) -> float:
    """The loss of Stelmakh et al. (2023, arXiv:2303.16750): 0 where reviewers' texts are in their own order, 1 in the reverse.

    `stated` is each reviewer's own word on how well they know each text. Of every two texts of one reviewer that differ,
    the difference counts if `predicted` has them in the wrong order, and half of it if it has them equal.
    """
    lost = total = 0.0
    for reviewer, known in stated.items():
        ranking = [(known[text], predicted[reviewer][text]) for text in known]
        for place, (one, guess) in enumerate(ranking):
            for other, other_guess in ranking[:place]:
                total += abs(one - other)
                agreement = (one - other) * (guess - other_guess)
                lost += abs(one - other) * (1.0 if agreement < 0 else 0.5 if guess == other_guess else 0.0)
    return lost / total if total else 0.0


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _weights(bags: Sequence[Counter[str]]) -> dict[str, tuple[int, float]]:
    """Each word with its column and how much it counts, the rarer the more."""
    spread = Counter(word for bag in bags for word in bag)
    return {
        word: (place, log((1 + len(bags)) / (1 + documents)) + 1)
        for place, (word, documents) in enumerate(sorted(spread.items()))
    }


def _row(bag: Counter[str], weights: Mapping[str, tuple[int, float]]) -> tuple[NDArray[np.int64], Vectors]:
    """The columns of a text's words and its values there, of length 1."""
    places = np.array([weights[word][0] for word in bag], dtype=np.int64)
    values = np.array([(1 + log(count)) * weights[word][1] for word, count in bag.items()])
    return places, values / max(float(np.linalg.norm(values)), 1e-12)


def _scores(pieces: int, near: Iterator[Vectors], archives: Iterable[Sequence[str]]) -> Scores:
    """The power mean of the similarities with each text of an archive, in whole numbers."""
    columns = []
    for archive in archives:
        cubes = sum((next(near) ** EXPONENT for _ in archive), np.zeros(pieces))
        columns.append((cubes / max(len(archive), 1)) ** (1 / EXPONENT))
    found = np.stack(columns, axis=1) if columns else np.zeros((pieces, 0))
    return np.clip(np.rint(found * SCALE), 0, SCALE).astype(np.int64)
