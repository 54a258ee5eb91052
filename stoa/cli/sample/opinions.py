"""What the people of the sample think: a position for each, drawn near to a camp, and answers that follow from it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stoa.cli.sample.content import Claim


@dataclass(frozen=True)
class Position:
    """Where somebody stands on each line of thought, how readily they agree, and how far from sure they still answer."""

    on: Mapping[str, float]
    mood: float
    unsure: float


def position(
    leaning: str, camps: Sequence[Mapping[str, Any]], habits: Mapping[str, Any], chance: random.Random
) -> Position:
    """A position near to a camp that is drawn by what somebody leans to."""
    (camp,) = chance.choices(camps, [camp["leaning"][leaning] for camp in camps])
    on = {line: chance.gauss(middle, camp["spread"][line]) for line, middle in camp["middle"].items()}
    return Position(on, chance.gauss(0, habits["mood"]), chance.uniform(*habits["unsure"]))


def inclination(position: Position, claim: Claim) -> float:
    """How far somebody inclines to agree (above 0) or to disagree (below)."""
    return claim.lean + position.mood + sum(weight * position.on[line] for line, weight in claim.on.items())


def answer(position: Position, claim: Claim, noise: float, chance: random.Random) -> int:
    """Agree (1), skip (0) or disagree (−1): the inclination with some noise; near to the middle, skip."""
    felt = inclination(position, claim) + chance.gauss(0, noise)
    return 0 if abs(felt) < position.unsure else 1 if felt > 0 else -1


def sittings(habits: Mapping[str, Any], first: float, last: float, chance: random.Random) -> list[tuple[float, int]]:
    """The days between `first` and `last` on which somebody answers, more of them early, and how many statements each time."""
    shape = 3.0
    wanted = round(chance.gammavariate(shape, habits["typical"] / shape))
    wanted = max(habits["fewest"], min(habits["most"], wanted))
    times = chance.choices([1, 2, 3], [0.5, 0.35, 0.15])[0]
    days = sorted(first + (last - first) * chance.random() ** 1.1 for _ in range(times))
    shares = [wanted // times] * times
    shares[0] += wanted - sum(shares)
    return list(zip(days, shares, strict=True))
