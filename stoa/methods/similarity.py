"""How alike two short texts are by the words and pairs of words that they share; for claims of a sentence or two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

WORD = re.compile(r"\w+")
LIKELY_THE_SAME = 0.35
"""From here on two claims are worth showing beside each other: about half of what they say is said in the same words."""

_FILLERS = """
    a an and are as at be been but by can could do does for from has have if in into is it its may might more most
    must no not of on or our shall should so than that the their them then there these they this to was we were
    what when which who will with would you your
"""
FILLERS = frozenset(_FILLERS.split())
"""Words that nearly every English sentence has. They count in pairs, not alone: “may” and “may not” differ by a pair."""


def shingles(text: str) -> frozenset[str]:
    """What a text is compared by: its words without fillers, and all pairs of neighbours, case and accents aside."""
    words = [_stem(word) for word in WORD.findall(_plain(text))]
    pairs = {f"{first} {second}" for first, second in pairwise(words)}
    return frozenset({word for word in words if word not in FILLERS} | pairs)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of all shingles that both have, from 0 to 1 (Jaccard 1901); 0 where there are none."""
    return len(one & other) / len(one | other) if one or other else 0.0


def alike(
    text: str, others: Iterable[tuple[int, str]], *, least: float = LIKELY_THE_SAME, most: int = 5
) -> Sequence[int]:
    """The ids of the texts that are likely to say the same, the most alike first and then by id."""
    mine = shingles(text)
    found = [(likeness(mine, shingles(other)), key) for key, other in others]
    return [key for score, key in sorted(found, key=lambda pair: (-pair[0], pair[1]))[:most] if score >= least]


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if not unicodedata.combining(character))


def _stem(word: str) -> str:
    """The word without the ending of an English plural."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
