"""Whether an answer holds what was looked for: words, numbers, codes, the next words of a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words(text: str) -> list[str]:
    """The words of a text in lower case, without signs and accents of the way they were typed."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    return _WORD.findall(plain)


def holds(text: str, phrase: str) -> bool:
    """Whether the words of a phrase stand in the text one after the other."""
    wanted = " ".join(words(phrase))
    return bool(wanted) and f" {wanted} " in _spaced(text)


@lru_cache(maxsize=8)
def _spaced(text: str) -> str:
    """The words of a text with a space around each; of the latest texts kept, since an answer is searched for several phrases."""
    return f" {' '.join(words(text))} "


def holds_any(text: str, phrases: Sequence[str]) -> bool:
    """Whether the text holds one of the phrases."""
    return any(holds(text, phrase) for phrase in phrases)


def holds_digits(text: str, number: str) -> bool:
    """Whether the digits of a number stand in the text in their order, however they are grouped."""
    digits = re.sub(r"\D", "", number)
    return bool(digits) and digits in re.sub(r"(?<=\d)[\s().\-/]+(?=\d)", "", text)


def same_start(found: Sequence[str], wanted: Sequence[str]) -> int:
    """How many items from the start are the same."""
    count = 0
    for one, other in zip(found, wanted, strict=False):
        if one != other:
            break
        count += 1
    return count


def longest_copy(text: str, original: str) -> int:
    """The length in words of the longest run of the original that the text holds."""
    found, wanted = words(text), words(original)
    best, ends = 0, [0] * (len(wanted) + 1)
    for word in found:
        ends = [0] + [ends[at] + 1 if word == wanted[at] else 0 for at in range(len(wanted))]
        best = max(best, *ends)
    return best
