"""How names are sorted and found: without accents and without case, in whatever way they were typed."""

from __future__ import annotations

import unicodedata


def sort_key(name: str) -> str:
    """A name as it is sorted and looked for: “Ángel Weiß” as “angel weiss”. Letters that are no accented ones stay as they are."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
