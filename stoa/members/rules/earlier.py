"""Where applicants were earlier and who advised whom, as they type it: what conflicts are found by that no publication shows."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping

DAY = r"(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2]))?"
PLACE = re.compile(
    rf"(?P<organisation>.*\S.*?)[,;:]?\s+(?P<start>{DAY})\s*(?:[-–—]|to|until)\s*(?P<end>{DAY}|today|now)?",
    re.IGNORECASE,
)
MOST_LINES, MOST_PLACE, MOST_NAME = 20, 200, 120
"""Places or people of one kind, and characters of one of each."""
MOST_LINE = MOST_PLACE + 40
"""Characters of a place with its months. No longer line is looked at: that takes as long as the square of its length."""

Place = dict[str, str]
"""`organisation`, `start` and `end`: a year, or a year and a month; an end that is empty has not come."""


def places(text: str) -> list[Place]:
    """The places in a text, one a line; a line that is none is passed over."""
    found = map(_read, _lines(text))
    return [_place(match.groupdict()) for match in found if match]


def people(text: str) -> list[str]:
    """The people in a text, one a line, each by name or ORCID iD."""
    return list(dict.fromkeys(_lines(text)))


def in_lines(found: list[Place]) -> str:
    """Places as `places` reads them, and as they are shown."""
    return "\n".join(f"{one['organisation']}, {one['start']} – {one['end']}".rstrip() for one in found)


def stay(place: Place) -> tuple[str, str | None]:
    """First and last day at a place, as ISO dates; no last one where it has not come."""
    return _day(place["start"], last=False), _day(place["end"], last=True) if place["end"] else None


def fault_of_places(text: str) -> str:
    """What is wrong with places as they were typed; nothing where all can be read."""
    lines = _lines(text)
    if len(lines) > MOST_LINES:
        return f"These are {len(lines)} places. Give {MOST_LINES} at most, one a line."
    for line in lines:
        match = _read(line)
        if match is None or len(match["organisation"]) > MOST_PLACE:
            return f"“{line[:60]}” can't be read. Write it as: Example University, 2022-09 – 2025-02."
        start, end = stay(_place(match.groupdict()))
        if end and end < start:
            return f"“{line[:60]}” ends before it begins. Turn the two around."
    return ""


def fault_of_people(text: str) -> str:
    """What is wrong with people as they were typed; nothing where all can be kept."""
    lines = people(text)
    if len(lines) > MOST_LINES:
        return f"These are {len(lines)} people. Name {MOST_LINES} at most, one a line."
    if long := [line for line in lines if len(line) > MOST_NAME]:
        return f"“{long[0][:60]}” is too long a name. Use {MOST_NAME} characters, one person a line."
    return ""


def _lines(text: str) -> list[str]:
    return [clean for line in text.splitlines() if (clean := " ".join(line.split()))]


def _read(line: str) -> re.Match[str] | None:
    return PLACE.fullmatch(line) if len(line) <= MOST_LINE else None


def _place(found: Mapping[str, str | None]) -> Place:
    end = found["end"] or ""
    return {
        "organisation": (found["organisation"] or "").strip(" ,;:"),
        "start": found["start"] or "",
        "end": "" if end.lower() in {"today", "now"} else end,
    }


def _day(month: str, *, last: bool) -> str:
    year, _, number = month.partition("-")
    number = number or ("12" if last else "01")
    return f"{year}-{number}-{monthrange(int(year), int(number))[1] if last else 1:02d}"
