"""The two axes of the map and where each person lies on them: principal components of the centred sparse table.

The centred table is never filled in: a product with it touches the answers alone. The axes are the leading eigenvectors of
YᵀY, found by Lanczos' method (1950) with full reorthogonalisation. A position is Σ (v − μ)·axis over one's answers, times
√(statements / answers), as Polis does for people who answered few (Small et al. 2021), but with at least
`FEWEST_TRUSTED` answers under the root: what hangs on a handful of answers is not blown up to the rim.
"""

from __future__ import annotations

import numpy as np

from stoa.methods.opinion_map.answers import Answers, Floats

AXES = 2
FEWEST_TRUSTED = 20
MOST_STEPS = 80
LOOK_EVERY = 4
EXACT = 1e-7
ROUGH = 1e-3
STILL = 1e-3


def find_axes(answers: Answers, *, enough: float = EXACT) -> Floats:
    """The axes, statements × 2, each of length 1 (0 where the answers span fewer), their largest loading positive.

    `enough`: residual at which to stop, relative to the largest eigenvalue.
    """
    m = answers.statements
    if not len(answers.value):
        return np.zeros((m, AXES))
    basis = np.zeros((min(MOST_STEPS, m) + 1, m))
    # Any start that is not orthogonal to the axes will do; this one has no symmetry and depends on nothing.
    guess = np.cos(np.arange(m) * 1.7 + 0.3)
    basis[0] = guess / np.linalg.norm(guess)
    kept = np.zeros((len(basis), len(basis)))
    steps = 0
    for step in range(len(basis) - 1):
        image = _gram(answers, basis[step])
        for _ in range(2):
            along = basis[: step + 1] @ image
            kept[: step + 1, step] += along
            image = image - along @ basis[: step + 1]
        steps, beyond = step + 1, float(np.linalg.norm(image))
        if _settled(kept[:steps, :steps], beyond, enough):
            break
        kept[steps, step], basis[steps] = beyond, image / beyond
    return _signed(_leading(kept[:steps, :steps]) @ basis[:steps])


def still_axes(answers: Answers, before: Floats) -> tuple[Floats, Floats] | None:
    """The axes of a map before as they are, and where each row lies; None if they are not the axes of these answers any more.

    They are as long as what YᵀY makes of each, but for what lies along both, is below `STILL` of the largest eigenvalue.
    """
    by_row = np.stack([_along(answers, before[:, axis]) for axis in range(AXES)], axis=1)
    images = np.stack([_back(answers, by_row[:, axis]) for axis in range(AXES)], axis=1)
    inner = before.T @ images
    beyond = np.linalg.norm(images - before @ inner, axis=0)
    top = float(np.diag(inner).max())
    aside = abs(float(inner[0, 1]))
    if top <= 0 or max(float(beyond.max()), aside) > STILL * top:
        return None
    return before, by_row * _scale(answers)[:, None]


def project(answers: Answers, axes: Floats, *, as_polis: bool = False) -> Floats:
    """Where each row of the table lies, people × 2.

    As Polis does it, few answers are not held back, and everybody counts as having answered what moderators took out,
    whose columns are zero there.
    """
    raw = np.stack([_along(answers, axes[:, axis]) for axis in range(axes.shape[1])], axis=1)
    if not as_polis:
        return raw * _scale(answers)[:, None]
    kept = np.bincount(answers.rows, minlength=answers.people)
    placed: Floats = raw * np.sqrt(answers.statements / np.maximum(kept + answers.taken_out, 1))[:, None]
    return placed


def _scale(answers: Answers) -> Floats:
    """By how much few answers are stretched."""
    scale: Floats = np.sqrt(answers.statements / np.maximum(answers.each, FEWEST_TRUSTED))
    return scale


def extremity(answers: Answers, axes: Floats) -> Floats:
    """How far a lone agreement with each statement lies from the centre, as Polis routes by it."""
    reach: Floats = np.sqrt(answers.statements) * np.abs(1 - answers.means) * np.linalg.norm(axes, axis=1)
    return reach


def _gram(answers: Answers, vector: Floats) -> Floats:
    """YᵀY·vector, without Y."""
    return _back(answers, _along(answers, vector))


def _along(answers: Answers, vector: Floats) -> Floats:
    """Y·vector: each row's sum."""
    some, starts = answers.begun
    sums = np.zeros(answers.people)
    if len(some):
        products = answers.centred * vector.astype(np.float32)[answers.columns]
        sums[some] = np.add.reduceat(products, starts, dtype=np.float64)
    return sums


def _back(answers: Answers, by_row: Floats) -> Floats:
    """Yᵀ·by_row."""
    products = answers.centred * by_row.astype(np.float32)[answers.rows]
    return np.bincount(answers.columns, weights=products, minlength=answers.statements).astype(np.float64)


def _settled(kept: Floats, beyond: float, enough: float) -> bool:
    """Whether the leading eigenvectors of the small matrix no longer move: their residuals are small beside the largest value."""
    if beyond > 1e-12 and len(kept) % LOOK_EVERY:
        return False
    values, vectors = np.linalg.eigh((kept + kept.T) / 2)
    top = max(float(values[-1]), 0.0)
    if beyond <= 1e-9 * max(top, 1e-30) or top == 0.0:
        return True
    return len(values) > AXES and bool((beyond * np.abs(vectors[-1, -AXES:]) <= enough * top).all())


def _leading(kept: Floats) -> Floats:
    values, vectors = np.linalg.eigh((kept + kept.T) / 2)
    leading = np.zeros((AXES, len(values)))
    for axis in range(min(AXES, len(values))):
        if values[-1 - axis] > 1e-9 * max(values[-1], 1e-30):
            leading[axis] = vectors[:, -1 - axis]
    return leading


def _signed(rows: Floats) -> Floats:
    """As columns, of length 1, the largest loading positive."""
    columns = rows.T / np.maximum(np.linalg.norm(rows, axis=1), 1e-30)
    largest: Floats = columns[np.abs(columns).argmax(axis=0), range(columns.shape[1])]
    signed: Floats = columns * np.where(largest < 0, -1.0, 1.0)
    return signed
