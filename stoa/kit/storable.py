"""What the database can hold of what comes from outside: texts without NUL and lone surrogates, and JSON that is JSON."""

from __future__ import annotations

import math
from typing import Any

DEEPEST = 50


def storable(value: Any) -> None:
    """Raise ValueError for a value that holds, however deep, what no text or JSON in the database can hold."""
    left = [(value, 0)]
    while left:
        one, depth = left.pop()
        if depth > DEEPEST:
            raise ValueError("it is nested too deeply")
        if isinstance(one, str) and ("\0" in one or any("\ud800" <= character <= "\udfff" for character in one)):
            raise ValueError("it holds a character that is no text")
        if isinstance(one, float) and not math.isfinite(one):
            raise ValueError("it holds a number without an end, or none at all")
        if isinstance(one, dict):
            left += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            left += [(part, depth + 1) for part in one]
