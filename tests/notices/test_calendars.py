"""Calendars by RFC 5545: escaped, folded, with names that stay; deadlines of rounds and calls; one's own, revocable."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from stoa.kit import clock
from stoa.notices import acts as notices
from stoa.notices.models import CalendarFeed
from tests.cast import Cast, browser
from tests.members.calling import announce, draft
from tests.notices.holding import LINK, hold, register
from tests.notices.test_announcements import form, text
from tests.stage import Stage, acting

pytestmark = pytest.mark.django_db
ODD = "Wörkshop; one, two\\three: “x” " + "long " * 20


def entries(path: str, client: Client | None = None) -> list[Any]:
    answer = (client or browser()).get(path)
    assert answer.status_code == 200, path
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    for line in answer.content.split(b"\r\n"):
        assert len(line) <= 75, line
        assert b"\n" not in line
        line.decode()  # no character is cut in two
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert answer.content.endswith(b"END:VCALENDAR\r\n")
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_an_event_is_the_same_in_a_calendar_whatever_stands_in_it() -> None:
    stage = Stage()
    event = hold(stage, title=ODD[:150], text="First,\nsecond; \\third\r\n\x07fourth", link_hidden=False)
    (entry,) = entries(f"{event.get_absolute_url()}.ics")
    assert str(entry["summary"]) == " ".join(ODD[:150].split())
    assert str(entry["description"]) == f"First,\nsecond; \\third\nfourth\n\n{LINK}"
    assert (entry["dtstart"].dt, entry["dtend"].dt) == tuple(
        at.replace(microsecond=0) for at in (event.begins, event.ends)
    )
    assert (str(entry["location"]), str(entry["status"]), entry["sequence"]) == ("Room 1", "CONFIRMED", 0)
    assert str(entry["url"]).endswith(event.get_absolute_url())


def test_a_change_keeps_the_name_and_raises_the_sequence_and_the_end_is_told() -> None:
    stage = Stage()
    event = hold(stage)
    here = f"{event.get_absolute_url()}.ics"
    (before,) = entries(here)
    notices.change_event(acting(stage.steward), event=event, sequence=0, says={"place": "Room 2"})
    (after,) = entries(here)
    notices.cancel_event(acting(stage.steward), event=event, reason="Rain.")
    (ended,) = entries(here)
    assert before["uid"] == after["uid"] == ended["uid"]
    assert re.fullmatch(r"event-\d+@\S+", str(before["uid"]))
    assert [one["sequence"] for one in (before, after, ended)] == [0, 1, 2]
    assert (str(after["location"]), str(ended["status"])) == ("Room 2", "CANCELLED")
    assert "Rain." in str(ended["description"])


def test_the_public_calendar_has_events_and_deadlines_and_no_hidden_link() -> None:
    cast = Cast()
    hold(cast)
    round_ = cast.round("2028", discussed_after=5)
    call = announce(cast, opens=clock.now() + timedelta(days=1))
    draft(cast, "drafted")
    found = {str(entry["summary"]): entry for entry in entries("/events.ics")}
    assert found.keys() == {
        "First workshop",
        *(
            f"{what}: {round_.title}"
            for what in ("Questions are taken", "Discussion begins", "Vote opens", "Vote closes")
        ),
        *(f"Applications {what}: {call.title}" for what in ("open", "close")),
    }
    closes = found[f"Vote closes: {round_.title}"]
    assert closes["dtstart"].dt == round_.vote_closes.replace(microsecond=0)
    assert (str(closes["uid"]).partition("@")[0], "dtend" in closes) == (f"round-{round_.pk}-vote-closes", False)
    assert LINK not in text(browser().get("/events.ics"))
    page = text(browser().get("/events"))
    assert f"Vote closes: {round_.title}" in page
    assert "drafted" not in page


def test_a_deadline_that_moves_keeps_its_name_with_a_higher_sequence() -> None:
    from stoa.members import acts as members

    stage = Stage()
    call = announce(stage, opens=clock.now() + timedelta(days=1))

    def closes() -> Any:
        return next(one for one in entries("/events.ics") if str(one["uid"]).startswith(f"call-{call.pk}-closes"))

    before = closes()
    later = call.closes + timedelta(days=2)
    members.extend_call(acting(stage.steward), call=call, closes=later, reason="A holiday.")
    assert closes()["sequence"] > before["sequence"]
    call.refresh_from_db()
    moved, earlier = closes(), {"closes": call.closes - timedelta(days=3)}
    members.amend_call(acting(stage.steward), call=call, version=call.version, changes=earlier)
    assert closes()["dtstart"].dt < moved["dtstart"].dt
    assert closes()["sequence"] > moved["sequence"]


def test_a_calendar_that_did_not_change_is_not_sent_again() -> None:
    stage = Stage()
    event = hold(stage)
    answer = browser().get("/events.ics")
    again = browser().get("/events.ics", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, answer["Cache-Control"]) == (304, "public, max-age=60")
    notices.change_event(acting(stage.steward), event=event, sequence=0, says={"place": "Room 2"})
    assert browser().get("/events.ics", headers={"if-none-match": answer["ETag"]}).status_code == 200


def test_ones_own_calendar_is_at_a_secret_address_that_can_be_revoked() -> None:
    cast = Cast()
    event = hold(cast, places=1)
    hold(cast, title="Another")
    register(cast.member, event)
    register(cast.author, event)
    member = browser(cast.member)
    page = text(form(member, "/events/mine"))
    address = re.search(r"/calendar/[\w-]+\.ics", page)
    assert address is not None
    assert address[0] not in text(member.get("/events/mine"))
    (mine,) = entries(address[0])
    assert (str(mine["summary"]), str(mine["status"])) == ("First workshop", "CONFIRMED")
    assert LINK in str(mine["description"])
    assert browser().get(address[0])["Cache-Control"] == "private, no-store"
    (feed,) = CalendarFeed.objects.all()
    assert feed.token_hash not in address[0]
    waits = member.post("/api/v1/me/calendar", content_type="application/json").json()["address"]
    assert browser().get(address[0]).status_code == 404
    theirs = notices.open_calendar(acting(cast.author), person=cast.author)
    (waiting,) = entries(f"/calendar/{theirs}.ics")
    assert (str(waiting["status"]), "description" in waiting) == ("TENTATIVE", False)
    new = waits.partition("/calendar/")[2]
    assert entries(f"/calendar/{new}") != []
    assert member.post("/events/mine", {"close": "1"}).status_code == 302
    assert browser().get(f"/calendar/{new}").status_code == 404


def test_an_address_that_nobody_has_opens_nothing() -> None:
    Cast()
    for token in ("x", "x.ics", "%00", "a" * 300):
        assert browser().get(f"/calendar/{token}").status_code == 404
