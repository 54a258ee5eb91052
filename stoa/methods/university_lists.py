"""Reads lists of universities' domains as JetBrains/swot and Hipo's university-domains-list publish them, into one.

Four kinds of files are known: JSON with universities, each with `name`, `domains` and `alpha_two_code`; CSV with `domain` and
`names`; and texts of a domain a line, which by their names say that it is no university's (`stoplist`), that its addresses
were given away (`abused`), or that all below it is academic (`tlds`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from stoa.methods.recognition import DOMAIN, Listed

MARKS = {"stoplist": "stopped", "abused": "abused", "tlds": "academic"}
LONGEST_NAME = 200
SHORTEST_NAME = 5
"""Where a list gives several names, an abbreviation is passed over for the next."""


class NoList(ValueError):
    """A file that is none of these lists."""


def read(files: Iterable[tuple[str, str]]) -> dict[str, Listed]:
    """One list of all these files, each with its name and text. Of two names of a domain that of the JSON counts."""
    found: dict[str, Listed] = {}
    named: dict[str, Listed] = {}
    for name, text in files:
        kind = next((mark for word, mark in MARKS.items() if word in name), "")
        if name.endswith(".json"):
            named |= _universities(name, text)
        elif name.endswith(".csv"):
            _merge(found, _names(name, text))
        elif kind:
            domains = (line.strip().lower() for line in text.splitlines())
            _merge(found, {domain: {kind: True} for domain in domains if DOMAIN.fullmatch(domain)})
        else:
            raise NoList(f"{name} is none of these lists: JSON or CSV, or a text whose name has {', '.join(MARKS)}.")
    _merge(found, {domain: {"name": one.name, "country": one.country} for domain, one in named.items()})
    return found


def _merge(found: dict[str, Listed], more: Mapping[str, Mapping[str, Any]]) -> None:
    for domain, changes in more.items():
        found[domain] = replace(found.get(domain, Listed()), **changes)


def _universities(name: str, text: str) -> dict[str, Listed]:
    try:
        rows = json.loads(text)
        given = [(domain, row["name"], row.get("alpha_two_code") or "") for row in rows for domain in row["domains"]]
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise NoList(f"{name} is no list of universities with name and domains ({fault}).") from None
    found: dict[str, Listed] = {}
    for domain, title, country in given:
        if DOMAIN.fullmatch(domain.lower()):
            found.setdefault(domain.lower(), Listed(" ".join(title.split())[:LONGEST_NAME], country[:2]))
    return found


def _names(name: str, text: str) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not {"domain", "names"} <= set(rows.fieldnames or ()):
        raise NoList(f"{name} has no columns “domain” and “names”.")
    pairs = [((row["domain"] or "").strip().lower(), _first(row["names"] or "")) for row in rows]
    return {domain: {"name": title} for domain, title in pairs if title and DOMAIN.fullmatch(domain)}


def _first(names: str) -> str:
    given = [" ".join(each.split())[:LONGEST_NAME] for each in names.split(" | ")]
    return next((each for each in given if len(each) >= SHORTEST_NAME), next(filter(None, given), ""))
