"""Identifiers as people type them: ORCID iDs with their check character, DOIs, and works pasted as BibTeX.

Sources: ORCID, "Structure of the ORCID Identifier" (ISO 7064 MOD 11-2); the DOI Handbook, 2.2; BibTeX's own grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])/?", re.ASCII)
DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}]+")
TRAILING = ".,;:)]}'"
ENTRY = re.compile(r"@(\w+)\s*\{")
NAME = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*")
NOT_WORKS = frozenset({"comment", "string", "preamble"})
LATEX = re.compile(r"\\[a-zA-Z]+\s*|\\.|[{}]")


@dataclass(frozen=True)
class Work:
    """A published work, as far as it was given."""

    title: str = ""
    year: str = ""
    doi: str = ""


def orcid(text: str) -> str | None:
    """The iD in its usual form, `0000-0002-1825-0097`; None for what is none, a wrong check character included."""
    match = ORCID.fullmatch(text.strip())
    if match is None:
        return None
    digits = "".join(match.groups()).upper()
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    right = "X" if check == 10 else str(check)
    return "-".join(digits[at : at + 4] for at in range(0, 16, 4)) if digits[15] == right else None


def works(text: str) -> list[Work]:
    """The works in a text of BibTeX entries, DOIs, or both; each DOI once, in the order in which they come."""
    entries = list(_entries(text))
    found = [_work(fields) for _, _, fields in entries]
    rest, last = [], 0
    for start, end, _ in entries:
        rest.append(text[last:start])
        last = end
    given = [work.doi.lower() for work in found if work.doi]
    found = [work for n, work in enumerate(found) if not work.doi or work.doi.lower() not in _dois(found[:n])]
    for doi in DOI.findall(" ".join([*rest, text[last:]])):
        clean = _trimmed(doi)
        if clean.lower() not in given:
            given.append(clean.lower())
            found.append(Work(doi=clean))
    return [work for work in found if work.title or work.doi]


def _dois(found: list[Work]) -> set[str]:
    return {work.doi.lower() for work in found}


def _entries(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Where each BibTeX entry begins and ends, and its fields by lower-case name; one that never ends is passed over."""
    at = 0
    while match := ENTRY.search(text, at):
        end = _closing(text, match.end())
        if end is None:
            return
        if match[1].lower() not in NOT_WORKS:
            yield match.start(), end, _fields(text[match.end() : end - 1])
        at = end


def _closing(text: str, at: int) -> int | None:
    """The place behind the brace that closes what was opened before `at`."""
    depth = 1
    for place in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    return None


def _fields(body: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = body.find(",") + 1
    while at and (match := NAME.match(body, at)):
        value, at = _value(body, match.end())
        fields.setdefault(match[1].lower(), value)
        at = body.find(",", at) + 1
    return fields


def _value(body: str, at: int) -> tuple[str, int]:
    """The value that begins here, in braces, in quotation marks or bare, and the place behind it."""
    if body[at : at + 1] == "{":
        end = _closing(body, at + 1) or len(body) + 1
        return body[at + 1 : end - 1], end
    if body[at : at + 1] == '"':
        end = body.find('"', at + 1)
        return (body[at + 1 : end], end + 1) if end > 0 else (body[at + 1 :], len(body))
    end = body.find(",", at)
    end = len(body) if end < 0 else end
    return body[at:end], end


def _work(fields: dict[str, str]) -> Work:
    title = " ".join(LATEX.sub("", fields.get("title", "")).split())
    year = re.search(r"\d{4}", fields.get("year", "") or fields.get("date", ""))
    doi = DOI.search(fields.get("doi", "") or fields.get("url", ""))
    return Work(title, year[0] if year else "", _trimmed(doi[0]) if doi else "")


def _trimmed(doi: str) -> str:
    return doi.rstrip(TRAILING)
