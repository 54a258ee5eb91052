"""What is given to an assignment, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from stoa.methods.canonical import JSON

METHOD = "assignment/1"
GREATEST_SCORE = 10_000
TIE_BITS = 20


@dataclass(frozen=True)
class Problem:
    """Who may read what, and how well it fits.

    `wanted`: how many reviews each piece needs. `loads`: how many pieces each reviewer takes at most. `scores`: for each
    piece the reviewers who may read it, with a whole number from 0 to `GREATEST_SCORE`; whoever is in conflict is not
    there. `organisations`: of two reviewers with the same one only one reads a piece; without one, nobody is in the way.
    """

    wanted: Mapping[str, int]
    loads: Mapping[str, int]
    scores: Mapping[str, Mapping[str, int]]
    organisations: Mapping[str, str]

    def check(self) -> None:
        """Raise ValueError for numbers out of range and names that are not given."""
        if any(n < 0 for n in (*self.wanted.values(), *self.loads.values())):
            raise ValueError("How many reviews are wanted, and how many somebody takes, are whole numbers from 0.")
        if strangers := self.scores.keys() - self.wanted.keys():
            raise ValueError(f"{min(strangers)} has scores and is no piece.")
        for piece, row in self.scores.items():
            if strangers := row.keys() - self.loads.keys():
                raise ValueError(f"{min(strangers)} has a score for {piece} and no load.")
            if any(not 0 <= s <= GREATEST_SCORE for s in row.values()):
                raise ValueError(f"A score for {piece} is not between 0 and {GREATEST_SCORE}.")

    def as_json(self) -> dict[str, JSON]:
        """The problem as docs/review.md fixes it; its SHA-256 in canonical form is the digest of the inputs."""
        return {
            "wanted": {**self.wanted},
            "loads": {**self.loads},
            "scores": {piece: {**row} for piece, row in self.scores.items()},
            "organisations": {**self.organisations},
        }


@dataclass(frozen=True)
class Assignment:
    """Who reads what, what is missing, and the prices that prove that nothing better is possible.

    `objective` is the sum of the scores. `prices` are the dual prices of pieces and reviewers, for the checker.
    """

    pairs: tuple[tuple[str, str], ...]
    missing: Mapping[str, int]
    objective: int
    seed: str
    piece_prices: Mapping[str, int]
    reviewer_prices: Mapping[str, int]

    def as_json(self) -> dict[str, JSON]:
        """The result as docs/review.md fixes it: prices as decimal texts, since they pass 2^53."""
        return {
            "method": METHOD,
            "seed": self.seed,
            "pairs": [[piece, reviewer] for piece, reviewer in self.pairs],
            "missing": {**self.missing},
            "objective": self.objective,
            "prices": {
                "pieces": {piece: str(price) for piece, price in self.piece_prices.items()},
                "reviewers": {reviewer: str(price) for reviewer, price in self.reviewer_prices.items()},
            },
        }


def tie_break(seed: bytes, piece: str, reviewer: str) -> int:
    """The number by which equal assignments are told apart, 0 to 2^20 − 1: the greater sum wins."""
    octets = sha256(seed + b"\0" + piece.encode() + b"\0" + reviewer.encode()).digest()
    return int.from_bytes(octets[:3], "big") >> 4
