"""Events from other programs' files: the same from each form, once, and refused with what is wrong where something is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stoa.kit import search
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Invalid
from stoa.notices import acts as notices
from stoa.notices.acts.holding import Incoming
from stoa.notices.models import Event
from stoa.notices.schedules import read
from tests.cast import Cast, browser
from tests.notices.test_announcements import told
from tests.stage import begin

SCHEDULES = Path(__file__).parent / "schedules"
OPENING = Incoming(
    source="g-1",
    title="Opening, with coffee",
    begins=datetime(2027, 5, 1, 7, tzinfo=UTC),
    ends=datetime(2027, 5, 1, 7, 30, tzinfo=UTC),
    zone="Europe/Berlin",
    text="Hello.\n\nAll of us.",
    place="Gray room",
    link="https://example.org/1",
)
SECOND = Incoming(
    source="demo-2",
    title="Second",
    begins=datetime(2027, 5, 1, 8, tzinfo=UTC),
    ends=datetime(2027, 5, 1, 9, tzinfo=UTC),
    zone="Europe/Berlin",
    place="Gray room",
)


def sample(name: str) -> bytes:
    return (SCHEDULES / name).read_bytes()


@pytest.mark.parametrize("name", ["frab.json", "frab.xml"])
def test_a_schedule_of_frab_or_pretalx_is_read(name: str) -> None:
    assert read(sample(name)) == [OPENING, SECOND]


def test_a_calendar_is_read_even_with_lines_that_are_none_and_events_of_one_name() -> None:
    first, second, third = read(sample("loose.ics"))
    assert first == replace(OPENING, source="1/20270501T070000/Opening, with coffee", zone="UTC")
    assert second == replace(SECOND, source="1/20270501T080000/Second", place="")
    assert (third.begins, third.ends) == (datetime(2027, 5, 2, tzinfo=UTC), datetime(2027, 5, 3, tzinfo=UTC))


def changed(change: object) -> bytes:
    schedule = json.loads(sample("frab.json"))
    event = schedule["schedule"]["conference"]["days"][0]["rooms"]["Gray room"][0]
    change(schedule["schedule"]["conference"], event)  # type: ignore[operator]
    return json.dumps(schedule).encode()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"\xff", "no UTF-8"),
        (b"hello", "no schedule that the program can read"),
        (b"{", "Line 1: this is no JSON"),
        (b"{}", "no schedule → conference → days"),
        (b"[" * 100_000, "no schedule"),
        (b'{"schedule": {"conference": {"days": []}}}', "no event in this file"),
        (changed(lambda _, e: e.update(id="1")), r"event “Opening, with coffee”: its id \"1\" is no whole number"),
        (changed(lambda _, e: e["persons"][0].update(id="x")), r"the id \"x\" of a person is no whole number"),
        (changed(lambda _, e: e.update(date="2027-05-01")), "is no instant with its zone"),
        (changed(lambda _, e: e.update(duration="30")), "is not of the form 1:30"),
        (changed(lambda c, _: c.update(daysCount=3)), "daysCount is 3, but there are 1 days"),
        (changed(lambda c, _: c["days"][0].update(rooms=[])), "a day has no rooms"),
        (b"<schedule>", "Line 1: this is no XML"),
        (b"<schedule><day/></schedule>", "no schedule → day → room"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><schedule/>', "declares a document type"),
        (sample("frab.xml").replace(b">01:00<", b">soon<"), "event “Second”: its duration “soon”"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR", "event “x”: it has no beginning"),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270501T070000Z\nRRULE:FREQ=DAILY\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR",
            "it repeats",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_file_that_is_wrong_is_refused_with_what_is_wrong_and_where(body: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        read(body)


def test_all_faults_of_a_file_are_told_together() -> None:
    with pytest.raises(Invalid) as fault:
        read(changed(lambda c, e: (c.update(daysCount=3), e.update(id="1", duration="x"))))
    assert all(words in str(fault.value) for words in ("daysCount", "its id", "its duration"))


@pytest.mark.django_db
def test_events_come_in_once_and_stand_on_the_record_by_their_file() -> None:
    begin()
    incoming = read(sample("frab.json"))
    taken = [notices.import_events(OPERATOR, incoming=incoming, digest="d" * 64) for _ in range(2)]
    assert taken == [2, 0]
    first, second = Event.objects.order_by("begins")
    assert (first.title, first.zone, first.takes_registration, second.place) == (
        "Opening, with coffee", "Europe/Berlin", False, "Gray room",
    )  # fmt: skip
    facts = [entry["facts"] for entry in told("notices.events.imported")]
    assert [(each["file"], each["added"], each["passed_over"]) for each in facts] == [
        ("d" * 64, 2, 0),
        ("d" * 64, 0, 2),
    ]
    assert [hit.reference for hit in search.find("coffee").hits] == [first.reference]


@pytest.mark.django_db
def test_nothing_comes_in_of_a_file_with_an_event_that_can_not_be() -> None:
    begin()
    incoming = [OPENING, replace(SECOND, title="")]
    with pytest.raises(Invalid, match="Event 2, “”: The title is empty"):
        notices.import_events(OPERATOR, incoming=incoming, digest="d" * 64)
    assert not Event.objects.exists()


ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//example//EN\r
BEGIN:VEVENT\r
UID:one@example.org\r
DTSTART:20270301T120000Z\r
DTEND:20270301T140000Z\r
SUMMARY:First workshop\r
LOCATION:Room 1\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.mark.django_db
def test_a_steward_looks_at_a_schedule_and_takes_it_in_by_page_or_over_http() -> None:
    cast = Cast()
    steward = browser(cast.steward)
    assert "/events/import" in steward.get("/events").content.decode()
    looked = steward.post("/events/import", {"schedule": ICS, "look": "1"}).content.decode()
    assert ("First workshop" in looked, Event.objects.count()) == (True, 0)
    wrong = steward.post("/events/import", {"schedule": "nothing", "take": "1"})
    assert (wrong.status_code, Event.objects.count()) == (422, 0)
    assert steward.post("/events/import", {"schedule": ICS, "take": "1"}).headers["Location"] == "/events"
    again = steward.post("/api/v1/schedules", json.dumps({"schedule": ICS, "look": False}), "application/json").json()
    assert (again["added"], again["passed_over"], again["events"][0]["title"]) == (0, 1, "First workshop")
    assert Event.objects.get().place == "Room 1"
    for person in (cast.member, cast.facilitator):
        assert browser(person).get("/events/import").status_code == 403
        sent = browser(person).post("/api/v1/schedules", json.dumps({"schedule": ICS}), "application/json")
        assert sent.status_code == 403
