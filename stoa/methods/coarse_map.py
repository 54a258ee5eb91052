"""What may be public of an opinion map: marks for three people each on a coarse grid, counts rounded with secret offsets.

Everything here is a function of rounded counts, coarse positions and rounded axes, so that nothing finer than these can be
computed from it. Why it is enough, and for what not: docs/decisions/0024-the-public-map.md.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stoa.methods.opinion_map import Map, Mark
from stoa.methods.opinion_map.marks import dividing, marks, shared

FEWEST = 5
STEP = 5
PER_MARK = 3
MOST_MARKS = 600
COLUMNS, ROWS = 32, 20
FINE = 10
WIDE = 2.5
"""Standard deviations from the centre to the rim; who lies farther out is drawn at the rim."""


def coarse(found: Map, statements: Sequence[int], secret: bytes) -> dict[str, Any]:
    """The public form of a map, as plain JSON; `statements` are the ids of its columns.

    `counts` hold, per group, [agree, disagree, all] in fives or nothing where fewer than five answered; without groups, all
    people are one. `people` and sizes are in fives too. `dots` are [column, row, group], each for `per` people.
    """
    counts = _rounded(found.counts, statements, secret)
    groups = len(found.groups)
    scale = _scale(found)
    sizes = [_in_steps(len(group.members), secret, "size", place) for place, group in enumerate(found.groups)]
    return {
        "people": _in_steps(len(found.group), secret, "people"),
        "placed": _in_steps(len(found.placed), secret, "placed"),
        "columns": COLUMNS,
        "rows": ROWS,
        "scale": scale,
        **_dots(found, scale),
        "groups": [
            {"size": size, "marks": [_named(mark, statements) for mark in marks(counts, place)] if groups > 1 else []}
            for place, size in enumerate(sizes)
        ],
        "statements": [
            {
                "id": key,
                "axes": [round(float(each), 2) for each in found.axes[place]],
                "counts": [row if row[2] else None for row in counts[:, place].tolist()],
            }
            for place, key in enumerate(statements)
        ],
        "shared": [_named(mark, statements) for mark in shared(counts)],
        "dividing": [statements[place] for place in dividing(counts)],
        "stability": round(found.stability, 1),
        "by_chance": found.by_chance,
    }


def place_of(data: Mapping[str, Any], answers: Mapping[int, int]) -> tuple[int, int] | None:
    """The cell of the grid in which these answers (statement → value) lie on a public map; None with none that count.

    Of the map it uses what is public alone, so that looking where one lies tells nothing more.
    """
    known = {each["id"]: each for each in data["statements"] if each["id"] in answers}
    if not known:
        return None
    at = np.zeros(2)
    for key, statement in known.items():
        total = sum(row[2] for row in statement["counts"] if row)
        mean = sum(row[0] - row[1] for row in statement["counts"] if row) / total if total else 0.0
        at += (answers[key] - mean) * np.array(statement["axes"])
    at *= np.sqrt(len(data["statements"]) / max(len(known), 20))
    column, row = _cells(at[None, :], data["scale"])[0]
    return int(column), int(row)


def _rounded(counts: NDArray[np.int64], statements: Sequence[int], secret: bytes) -> NDArray[np.int64]:
    """Counts in fives, none where fewer than five answered; parts never exceed the whole."""
    rounded = np.zeros_like(counts)
    for group, place in zip(*np.nonzero(counts[:, :, 2] >= FEWEST), strict=True):
        named = [
            _in_steps(int(counts[group, place, kind]), secret, "count", int(group), statements[place], kind)
            for kind in range(3)
        ]
        whole = max(named[2], FEWEST)
        agree = min(named[0], whole)
        rounded[group, place] = agree, min(named[1], whole - agree), whole
    return rounded


def _in_steps(number: int, secret: bytes, *what: object) -> int:
    """The number rounded down or up to a multiple of five; where it tips over is secret, and the same every time."""
    told = hmac.new(secret, repr(what).encode(), hashlib.sha256).digest()
    return (number + told[0] % STEP) // STEP * STEP


def _scale(found: Map) -> float:
    """Units of the map that lie between its centre and its rim, to two figures."""
    placed = found.positions[list(found.placed)]
    spread = WIDE * float(np.sqrt((placed**2).mean())) if len(placed) else 0.0
    return float(f"{spread or 1.0:.2g}")


def _cells(points: NDArray[np.float64], scale: float) -> NDArray[np.int64]:
    """The columns and rows of the grid in which points lie, the first row on top."""
    unit = np.clip((points / scale + 1) / 2, 0, 1)
    unit[:, 1] = 1 - unit[:, 1]
    cells: NDArray[np.int64] = np.minimum(unit * [COLUMNS, ROWS], [COLUMNS - 1, ROWS - 1]).astype(np.int64)
    return cells


def _dots(found: Map, scale: float) -> dict[str, Any]:
    """Marks for some people each: neighbours of one group along a curve, drawn where they lie on average."""
    per = max(PER_MARK, -(-len(found.placed) // MOST_MARKS))
    dots = []
    for group in range(max(len(found.groups), 1)):
        members = found.groups[group].members if found.groups else found.placed
        points = found.positions[list(members)]
        order = np.lexsort((points[:, 0], points[:, 1], _along(points, scale)))
        for start in range(0, len(order) - len(order) % per, per):
            end = start + per if start + 2 * per <= len(order) else len(order)
            column, row = _cells(points[order[start:end]].mean(axis=0)[None, :], scale)[0]
            dots.append([int(column), int(row), group])
    return {"per": per, "dots": sorted(dots)}


def _along(points: NDArray[np.float64], scale: float) -> NDArray[np.int64]:
    """How far along a curve that fills the plane points lie (Morton 1966): those that are near are mostly near on it."""
    fine = (np.clip((points / scale + 1) / 2, 0, 1) * (2**FINE - 1)).astype(np.int64)
    along = np.zeros(len(points), dtype=np.int64)
    for bit in range(FINE):
        for axis in range(2):
            along |= (fine[:, axis] >> bit & 1) << (2 * bit + axis)
    return along


def _named(mark: Mark, statements: Sequence[int]) -> dict[str, int]:
    return {"statement": statements[mark.statement], "sign": mark.sign}
