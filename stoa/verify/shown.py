"""Makes text that a server sent safe to print: no control codes, no direction marks, no markup, no endless lines."""

import unicodedata

LONGEST = 160
_UNSAFE = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


def plain(text: str) -> str:
    """`text` with every control, format, private or unassigned character written as its code."""
    return "".join(_spelled(char) if unicodedata.category(char) in _UNSAFE else char for char in text)


def shown(value: object) -> str:
    """A value from outside, cut to a length that fits a line and made safe to print."""
    text = value if isinstance(value, str) else repr(value)
    cut = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return plain(cut)


def _spelled(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 entry`, `1,000 entries`: a number with its noun."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
