"""Checks an assignment of reviewers from its inputs, its seed and its prices alone: allowed, and the best there is.

Written from the formulas of docs/review.md: by duality no assignment is worth more than what the prices add up to, so one
that is worth as much is proved optimal, whoever found it and however.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from stoa.verify.faults import Broken

GREATEST_SCORE = 10_000
TIE_BITS = 20


def check_assignment(inputs: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """Raise `Broken` with a sentence unless `result` is an optimal assignment for `inputs` under its seed."""
    if result.get("method") != "assignment/1":
        raise Broken("The assignment was made by a method that this version does not know.")
    pairs = [(str(piece), str(reviewer)) for piece, reviewer in result["pairs"]]
    _check_allowed(inputs, pairs)
    missing = Counter(inputs["wanted"]) - Counter(piece for piece, _ in pairs)
    if dict(missing) != result["missing"]:
        raise Broken("The assignment says something else about what is missing than its pairs do.")
    if sum(inputs["scores"][piece][reviewer] for piece, reviewer in pairs) != result["objective"]:
        raise Broken("The assignment's scores do not add up to what it says.")
    worth = _Worth(inputs, bytes.fromhex(result["seed"]))
    if worth.of(pairs, sum(missing.values())) != worth.bound(result["prices"]):
        raise Broken("The assignment's prices do not prove that it is the best one.")


def _check_allowed(inputs: Mapping[str, Any], pairs: list[tuple[str, str]]) -> None:
    if len(set(pairs)) != len(pairs):
        raise Broken("The assignment names a reviewer twice for one piece.")
    if wrong := [pair for pair in pairs if pair[1] not in inputs["scores"].get(pair[0], {})]:
        raise Broken(f"The assignment gives {wrong[0][0]} to {wrong[0][1]}, who may not read it.")
    if over := Counter(reviewer for _, reviewer in pairs) - Counter(inputs["loads"]):
        raise Broken(f"The assignment gives {min(over)} more than they take.")
    if over := Counter(piece for piece, _ in pairs) - Counter(inputs["wanted"]):
        raise Broken(f"The assignment gives {min(over)} more reviewers than are wanted.")
    houses = [(piece, inputs["organisations"].get(reviewer)) for piece, reviewer in pairs]
    if twice := [house for house, count in Counter(houses).items() if house[1] and count > 1]:
        raise Broken(f"The assignment gives {twice[0][0]} to two reviewers of one organisation.")


class _Worth:
    """What assignments are worth: scores first, ties below them, and a fine for each review that is missing."""

    def __init__(self, inputs: Mapping[str, Any], seed: bytes) -> None:
        self._inputs, self._seed = inputs, seed
        self._wanted: dict[str, int] = inputs["wanted"]
        self._loads: dict[str, int] = inputs["loads"]
        self._scale: int = (sum(self._wanted.values()) + 1) << TIE_BITS
        reach = 2 * min(len(self._wanted), len(self._loads)) + 2
        self._fine: int = (GREATEST_SCORE + 1) * reach * self._scale

    def of(self, pairs: list[tuple[str, str]], missing: int) -> int:
        """The worth of an assignment."""
        return sum(self._pair(piece, reviewer) for piece, reviewer in pairs) - self._fine * missing

    def bound(self, prices: Mapping[str, Any]) -> int:
        """What no assignment can be worth more than, by these prices."""
        pieces = {piece: int(prices["pieces"][piece]) for piece in self._wanted}
        reviewers = {reviewer: int(prices["reviewers"][reviewer]) for reviewer in self._loads}
        bound = sum(wanted * max(pieces[piece], -self._fine) for piece, wanted in self._wanted.items())
        bound += sum(load * max(reviewers[reviewer], 0) for reviewer, load in self._loads.items())
        for piece, row in self._inputs["scores"].items():
            best: dict[str, int] = {}
            for reviewer in row:
                gain = self._pair(piece, reviewer) - pieces[piece] - reviewers[reviewer]
                house = (
                    "of " + self._inputs["organisations"].get(reviewer, "")
                    if self._housed(reviewer)
                    else f"alone {reviewer}"
                )
                best[house] = max(best.get(house, 0), gain)
            bound += sum(best.values())
        return bound

    def _housed(self, reviewer: str) -> bool:
        return bool(self._inputs["organisations"].get(reviewer))

    def _pair(self, piece: str, reviewer: str) -> int:
        octets = hashlib.sha256(self._seed + b"\0" + piece.encode() + b"\0" + reviewer.encode()).digest()
        tie = int.from_bytes(octets[:4], "big") >> (32 - TIE_BITS)
        return int(self._inputs["scores"][piece][reviewer]) * self._scale + tie
