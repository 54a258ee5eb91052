"""Reads events from schedules of other programs: iCalendar, and the JSON and XML of frab and pretalx."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Calendar

from stoa.kit.faults import Invalid
from stoa.notices.acts.checking import MOST_LINK, MOST_PLACE, MOST_TEXT, MOST_TITLE
from stoa.notices.acts.holding import Incoming

MOST_BYTES = 20_000_000
MOST_EVENTS = 5_000
MOST_TOLD = 5
"""Faults of one file that are told together."""
REMEDY = "Mend the file, or export it anew."


@dataclass
class Faults:
    """What is wrong with a file, in its order."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Note a fault."""
        self.found.append(f"{where}: {what}")

    def demand_none(self) -> None:
        """Raise with the first of them if there are any."""
        if self.found:
            more = len(self.found) - MOST_TOLD
            rest = f" And {more:,} more." if more > 0 else ""
            raise Invalid(f"{' '.join(self.found[:MOST_TOLD])}{rest}", remedy=REMEDY)


def read(body: bytes) -> list[Incoming]:
    """The events of a file, which says by its beginning what it is; raises `Invalid` with what is wrong and where."""
    if len(body) > MOST_BYTES:
        raise Invalid(f"The file has more than {MOST_BYTES:,} bytes.", remedy="Part it.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Invalid(f"Byte {fault.start:,} is no UTF-8.", remedy="Save the file as UTF-8.") from None
    reader = _reader(text.lstrip())
    events = list(reader(text))
    if not events:
        raise Invalid("There is no event in this file.", remedy="Give a schedule that holds one at least.")
    if len(events) > MOST_EVENTS:
        raise Invalid(f"There are {len(events):,} events.", remedy=f"Take in {MOST_EVENTS:,} at a time.")
    return _told_apart(events)


def _reader(text: str) -> Callable[[str], Iterator[Incoming]]:
    if text.startswith("{"):
        return _from_json
    if text.startswith("<"):
        return _from_xml
    if text.upper().startswith("BEGIN:VCALENDAR"):
        return _from_calendar
    raise Invalid(
        "This is no schedule that the program can read.",
        remedy="Give iCalendar (.ics), or the JSON or XML of frab or pretalx.",
    )


def _told_apart(events: list[Incoming]) -> list[Incoming]:
    """Events that a file names alike, against the rules, told apart by their beginnings and titles too."""
    twice = {name for name, count in Counter(one.source for one in events).items() if count > 1}
    return [
        replace(one, source=f"{one.source[:100]}/{one.begins:%Y%m%dT%H%M%S}/{one.title[:100]}")
        if one.source in twice
        else one
        for one in events
    ]


def _from_json(text: str) -> Iterator[Incoming]:
    try:
        conference = json.loads(text)["schedule"]["conference"]
        days = conference["days"]
    except json.JSONDecodeError as fault:
        raise Invalid(f"Line {fault.lineno}: this is no JSON ({fault.msg}).", remedy=REMEDY) from None
    except (KeyError, TypeError, RecursionError):
        raise Invalid("There is no schedule → conference → days.", remedy="Give the JSON of frab or pretalx.") from None
    faults = Faults()
    zone = _zone(conference.get("time_zone_name"))
    if isinstance(count := conference.get("daysCount"), int) and isinstance(days, list) and count != len(days):
        faults.add("conference", f"daysCount is {count}, but there are {len(days)} days.")
    made = list(_of_days(days, zone, str(conference.get("acronym", "")), faults))
    faults.demand_none()
    yield from made


def _of_days(days: Any, zone: str, acronym: str, faults: Faults) -> Iterator[Incoming]:
    for day in days if isinstance(days, list) else []:
        rooms = day.get("rooms") if isinstance(day, dict) else None
        if not isinstance(rooms, dict):
            faults.add("days", "a day has no rooms.")
            continue
        for room, events in rooms.items():
            for row in events if isinstance(events, list) else []:
                if (one := _row(row, str(room), zone, acronym, faults)) is not None:
                    yield one


def _row(row: Any, room: str, zone: str, acronym: str, faults: Faults) -> Incoming | None:
    if not isinstance(row, dict):
        faults.add(f"room “{room}”", "an event is no object.")
        return None
    where, before = f"event “{str(row.get('title', ''))[:60]}”", len(faults.found)
    if isinstance(row.get("id"), bool) or not isinstance(row.get("id"), int):
        faults.add(where, f"its id {json.dumps(row.get('id'))} is no whole number.")
    for person in row.get("persons") or []:
        if isinstance(person, dict) and not isinstance(person.get("id"), int | None):
            faults.add(where, f"the id {json.dumps(person.get('id'))} of a person is no whole number.")
    begins, lasts = _instant(row.get("date")), _span(row.get("duration"))
    if begins is None:
        faults.add(where, f"its date {json.dumps(row.get('date'))} is no instant with its zone.")
    if lasts is None:
        faults.add(where, f"its duration {json.dumps(row.get('duration'))} is not of the form 1:30.")
    if begins is None or lasts is None or len(faults.found) > before:
        return None
    texts = [row.get(name) for name in ("subtitle", "abstract", "description")]
    return _incoming(
        source=str(row.get("guid") or f"{acronym}-{row['id']}"),
        title=str(row.get("title") or ""),
        begins=begins,
        ends=begins + lasts,
        zone=zone,
        text="\n\n".join(str(text) for text in texts if text),
        place=str(row.get("room") or room),
        link=str(row.get("url") or ""),
    )


def _from_xml(text: str) -> Iterator[Incoming]:
    if "<!DOCTYPE" in text[:10_000].upper() or "<!ENTITY" in text.upper():
        raise Invalid("The file declares a document type.", remedy="Take the declaration out.")
    try:
        root = ET.fromstring(text.encode())  # noqa: S314 - without a document type nothing can be declared to unfold
    except ET.ParseError as fault:
        raise Invalid(f"Line {fault.position[0]}: this is no XML.", remedy=REMEDY) from None
    if root.tag != "schedule" or root.find("./day/room") is None:
        raise Invalid("There is no schedule → day → room.", remedy="Give the XML of frab, pretalx or pentabarf.")
    faults = Faults()
    zone = _zone(root.findtext("./conference/time_zone_name"))
    acronym = root.findtext("./conference/acronym") or ""
    made = [
        one
        for day in root.findall("day")
        for room in day.findall("room")
        for event in room.findall("event")
        if (one := _element(event, day.get("date", ""), room.get("name", ""), (zone, acronym), faults)) is not None
    ]
    faults.demand_none()
    yield from made


def _element(event: ET.Element, day: str, room: str, of: tuple[str, str], faults: Faults) -> Incoming | None:
    said: Callable[[str], str] = lambda name: (event.findtext(name) or "").strip()  # noqa: E731 - five times below
    zone, acronym = of
    where = f"event “{said('title')[:60]}”"
    begins, lasts = _instant(said("date")) or _on_day(day, said("start"), zone), _span(said("duration"))
    if begins is None:
        faults.add(where, f"“{said('date') or said('start')}” is no time of the day {day}.")
    if lasts is None:
        faults.add(where, f"its duration “{said('duration')}” is not of the form 1:30.")
    if begins is None or lasts is None:
        return None
    return _incoming(
        source=event.get("guid") or f"{acronym}-{event.get('id', '')}",
        title=said("title"),
        begins=begins,
        ends=begins + lasts,
        zone=zone,
        text="\n\n".join(filter(None, map(said, ("subtitle", "abstract", "description")))),
        place=said("room") or room,
        link=said("url"),
    )


def _from_calendar(text: str) -> Iterator[Incoming]:
    try:
        parsed = Calendar.from_ical(_unbroken(text))
    except (ValueError, KeyError, IndexError) as fault:
        raise Invalid(f"This is no iCalendar: {str(fault)[:120]}.", remedy=REMEDY) from None
    faults = Faults()
    zone = _zone(str(parsed.get("x-wr-timezone", "")))
    made = [one for entry in parsed.walk("VEVENT") if (one := _entry(entry, zone, faults)) is not None]
    faults.demand_none()
    yield from made


def _unbroken(text: str) -> str:
    """The lines that have a name and a value. Some programs write others, which nobody can read."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\r\n".join(line for line in lines if line[:1] in {" ", "\t"} or _is_line(line))


def _is_line(line: str) -> bool:
    name = line.partition(":")[0].partition(";")[0]
    return ":" in line and bool(name) and all(c.isalnum() or c == "-" for c in name) and "VTIMEZONE:" not in line


def _entry(entry: Any, zone: str, faults: Faults) -> Incoming | None:
    title = str(entry.get("summary", "")).strip()
    where = f"event “{title[:60]}”"
    if entry.get("rrule") or entry.get("rdate"):
        faults.add(where, "it repeats, which events here do not: write each of its dates.")
        return None
    try:
        begins = _moment(entry["dtstart"].dt, zone)
        ends = _end(entry, begins, zone)
    except (KeyError, AttributeError, ValueError, TypeError):
        faults.add(where, "it has no beginning, or none that can be read.")
        return None
    name = getattr(getattr(entry["dtstart"].dt, "tzinfo", None), "key", zone)
    return _incoming(
        source=str(entry.get("uid", "")) or f"{begins:%Y%m%dT%H%M%SZ}/{title[:100]}",
        title=title,
        begins=begins,
        ends=ends,
        zone=name if name in available_timezones() else zone,
        text=str(entry.get("description", "")).strip(),
        place=str(entry.get("location", "")).strip(),
        link=str(entry.get("url", "")).strip(),
    )


def _end(entry: Any, begins: datetime, zone: str) -> datetime:
    if entry.get("dtend"):
        return _moment(entry["dtend"].dt, zone)
    if entry.get("duration"):
        lasts: timedelta = entry["duration"].dt
        return begins + lasts
    whole_day = not isinstance(entry["dtstart"].dt, datetime)
    return begins + (timedelta(days=1) if whole_day else timedelta(hours=1))


def _moment(at: date | datetime, zone: str) -> datetime:
    """An instant. A day begins, and a time without a zone is meant, in the calendar's zone."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _incoming(*, begins: datetime, ends: datetime, **texts: str) -> Incoming:
    """What was read, within what an event can hold: texts are cut, and what is no address of the web is left out."""
    link = texts["link"] if texts["link"].startswith(("https://", "http://")) else ""
    return Incoming(
        source=texts["source"][:300],
        title=" ".join(texts["title"].split())[:MOST_TITLE],
        begins=begins.astimezone(UTC),
        ends=ends.astimezone(UTC),
        zone=texts["zone"],
        text=texts["text"].replace("\0", "")[:MOST_TEXT],
        place=" ".join(texts["place"].split())[:MOST_PLACE],
        link=link if len(link) <= MOST_LINK and len(link.split()) == 1 else "",
    )


def _zone(name: Any) -> str:
    return name if isinstance(name, str) and name in available_timezones() else "UTC"


def _instant(text: Any) -> datetime | None:
    """An instant that names its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _on_day(day: str, clock: str, zone: str) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None


def _span(text: Any) -> timedelta | None:
    """Hours and minutes, `1:30`; None for anything else, and for nothing at all."""
    parts = text.split(":") if isinstance(text, str) else []
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts):
        return None
    hours, minutes = int(parts[0]), int(parts[1])
    return timedelta(hours=hours, minutes=minutes) or None


def as_rows(events: list[Incoming]) -> list[Mapping[str, Any]]:
    """What was read, for the command line to show."""
    return [
        {"source": one.source, "title": one.title, "begins": f"{one.begins:%Y-%m-%dT%H:%M:%SZ}", "place": one.place}
        for one in events
    ]
