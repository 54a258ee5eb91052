"""Which accounts may be one person's: those that share an ORCID iD, an address as mail reads it, or a name at one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import combinations

from stoa.methods.names import sort_key

MOST_COMPARED = 12
"""In a larger group each account is held against the oldest alone."""

IGNORES_DOTS = frozenset({"gmail.com", "googlemail.com"})
_WORDS = re.compile(r"[^\W_]+")


def name_key(name: str) -> str:
    """The words of a name without accents, case, order or initials: “Müller, Ana-Eva J.” and “ana eva Muller” are alike.

    Numbers tell names apart, as in “Guest 1” and “Guest 2”.
    """
    words = _WORDS.findall(sort_key(name))
    return " ".join(sorted([word for word in words if len(word) > 1 or word.isdigit()] or words))


def address_key(address: str) -> str:
    """An address without case and without what mail ignores: what follows a plus, and dots at the one that ignores them."""
    local, _, domain = address.strip().casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in IGNORES_DOTS:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def find_pairs(
    marks: Iterable[tuple[str, str, str]], order: Mapping[str, tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """Of marks (kind, key, account), the pairs (older, younger) that share one, each with the kinds that they share.

    `order` has a sort key for each account that counts, the oldest first; marks of others are passed over.
    """
    groups: dict[tuple[str, str], set[str]] = {}
    for kind, key, account in marks:
        if key and account in order:
            groups.setdefault((kind, key), set()).add(account)
    found: dict[tuple[str, str], set[str]] = {}
    for (kind, _), accounts in groups.items():
        oldest, *others = sorted(accounts, key=order.__getitem__)
        compared = combinations([oldest, *others], 2) if len(others) < MOST_COMPARED else ((oldest, o) for o in others)
        for pair in compared:
            found.setdefault(pair, set()).add(kind)
    return {pair: sorted(kinds) for pair, kinds in sorted(found.items())}
