"""Identifiers as people type them: ORCID iDs and ROR ids with their check characters, DOIs, and works pasted as BibTeX.

Sources: ORCID, "Structure of the ORCID Identifier" (ISO 7064 MOD 11-2); the DOI Handbook, 2.2; BibTeX's own grammar.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, Entry

ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])/?", re.ASCII)
ROR = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})/?", re.ASCII)
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}]+")
TRAILING = ".,;:)]}'"
MOST_TITLE = 1_000

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL + 1)  # it would tell the log what people paste
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


def ror(text: str) -> str | None:
    """The ROR id of an organisation in its short form, `02mhbdp94`; None for what is none, wrong check digits included.

    Source: ROR, "The ROR identifier pattern" (Crockford's base 32, two digits by ISO 7064 MOD 97-10).
    """
    match = ROR.fullmatch(text.strip().lower())
    if match is None:
        return None
    number = 0
    for letter in match[1][:7]:
        number = number * 32 + CROCKFORD.index(letter)
    return match[1] if int(match[1][7:]) == 98 - number * 100 % 97 else None


def works(text: str) -> list[Work]:
    """The works in a text of BibTeX entries, DOIs, or both; each DOI once. What can't be read is passed over."""
    found, rest = _entries(text) if "@" in text else ([], text)
    found += [Work(doi=_trimmed(doi)) for doi in DOI.findall(rest)]
    first: dict[str, Work] = {}
    for place, work in enumerate(found):
        if work.title or work.doi:
            first.setdefault(work.doi.lower() or f" {place}", work)
    return list(first.values())


def _entries(text: str) -> tuple[list[Work], str]:
    """The works of all entries that can be read, and the text around them and of those that can't."""
    blocks = parse_string(text).blocks
    blocks = [each.ignore_error_block or each if isinstance(each, DuplicateBlockKeyBlock) else each for each in blocks]
    found = [
        _work({one.key.lower(): str(one.value) for one in each.fields}) for each in blocks if isinstance(each, Entry)
    ]
    return found, " ".join(each.raw or "" for each in blocks if not isinstance(each, Entry))


def _work(fields: dict[str, str]) -> Work:
    title = " ".join(LATEX.sub("", fields.get("title", "")[:MOST_TITLE]).split())
    year = re.search(r"\d{4}", fields.get("year", "") or fields.get("date", ""))
    doi = DOI.search(fields.get("doi", "") or fields.get("url", ""))
    return Work(title, year[0] if year else "", _trimmed(doi[0]) if doi else "")


def bibtex(work: Work, number: int) -> str:
    """A work as `works` reads it."""
    told = {"title": work.title, "year": work.year, "doi": work.doi}
    return f"@misc{{work{number}, {', '.join(f'{name} = {{{value}}}' for name, value in told.items() if value)}}}"


def _trimmed(doi: str) -> str:
    return doi.rstrip(TRAILING)
