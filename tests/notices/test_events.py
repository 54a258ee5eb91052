"""Events: announced, changed and cancelled on the record; places, waiting list, reminders; who comes is theirs to know."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stoa.config.fresh import holds_until
from stoa.kit import clock
from stoa.kit.act import CLOCK, OPERATOR
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.kit.models import Mail
from stoa.notices import acts as notices
from stoa.notices import rules
from stoa.notices.models import Event, Registration
from stoa.notices.tasks import remind
from stoa.people import acts as people
from stoa.people.queries import looks_at
from tests.cast import Cast, browser, settle
from tests.notices.holding import LINK, hold, leave, register, said
from tests.notices.test_announcements import form, text, told
from tests.stage import Stage, acting

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def mails(kind: str) -> list[str]:
    return sorted(Mail.objects.filter(kind=kind).values_list("to", flat=True))


def test_an_event_is_announced_on_the_record_without_its_link() -> None:
    stage = Stage()
    event = hold(stage, places=3)
    (entry,) = told("notices.event.announced")
    assert entry["facts"] == {
        "event": str(event.pk), "begins": clock.stamp(event.begins), "ends": clock.stamp(event.ends), "places": 3,
    }  # fmt: skip
    assert sorted(entry["commitments"]) == ["place", "text", "title"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": " "}, "title"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://a b"}, "link"),
        ({"takes_registration": False}, "link_hidden"),
        ({"places": 0}, "places"),
        ({"days": -1}, "ends"),
        ({"days": 4000}, "begins"),
        ({"ends": clock.now()}, "ends"),
        ({"registration_opens": clock.now() + timedelta(days=99)}, "registration_opens"),
        ({"registration_closes": clock.now() + timedelta(days=99)}, "registration_closes"),
        ({"colour": "red"}, ""),
    ],
)
def test_what_can_not_be_held_is_refused(more: dict[str, Any], field: str) -> None:
    stage = Stage()
    with pytest.raises(Invalid) as fault:
        hold(stage, **more)
    assert (fault.value.field, Event.objects.count()) == (field, 0)


def test_places_are_given_in_order_and_move_up() -> None:
    stage = Stage()
    one, two, three, four = stage.admit(4)
    event = hold(stage, places=2)
    assert [register(person, event) for person in (one, two, three, four)] == [True, True, False, False]
    assert not register(three, event)  # a second time changes nothing
    assert Registration.objects.count() == 4
    assert mails("event-waiting") == [three.email, four.email]
    leave(one, event)
    assert mails("event-moved-up") == [three.email]
    assert mails("event-left") == [one.email]
    leave(four, event)  # who waits takes no place along
    assert mails("event-moved-up") == [three.email]
    assert register(one, event) is False
    notices.change_event(acting(stage.steward), event=event, sequence=0, says={"places": 5})
    assert not Registration.objects.filter(waiting=True).exists()
    notices.change_event(acting(stage.steward), event=event, sequence=1, says={"places": 1})
    assert Registration.objects.filter(waiting=False).count() == 3  # nobody loses a place


def test_the_link_in_mails_is_for_those_who_have_a_place() -> None:
    stage = Stage()
    one, two = stage.admit(2)
    event = hold(stage, places=1)
    register(one, event)
    register(two, event)
    assert LINK in Mail.objects.get(kind="event-registered").body
    assert LINK not in Mail.objects.get(kind="event-waiting").body
    leave(one, event)
    assert LINK in Mail.objects.get(kind="event-moved-up").body


def test_registration_opens_and_closes_to_the_second() -> None:
    stage = Stage()
    (one,) = stage.admit(1)
    opens, closes = clock.now() + timedelta(days=1), clock.now() + timedelta(days=2)
    event = hold(stage, registration_opens=opens, registration_closes=closes)
    for instant, takes in [(opens - SECOND, False), (opens, True), (closes - SECOND, True), (closes, False)]:
        with clock.travel(instant):
            assert rules.takes_registrations(event) is takes, instant
    with pytest.raises(Closed, match="can't register"):
        register(one, event)
    with clock.travel(closes - SECOND):
        assert register(one, event)
    with clock.travel(event.begins - SECOND):
        leave(one, event)
    whole = hold(stage)
    with clock.travel(whole.begins):
        assert not rules.takes_registrations(whole)


def test_an_event_for_people_with_a_role_takes_no_strangers() -> None:
    cast = Cast()
    event = hold(cast, only_members=True)
    with pytest.raises(Refused, match="members and trainees"):
        register(cast.stranger, event)
    assert register(cast.associate, event)
    assert register(cast.stranger, hold(cast))


def test_those_who_come_hear_of_changes_and_the_end_and_others_nothing() -> None:
    stage = Stage()
    one, two, _ = stage.admit(3)
    event = hold(stage, places=1)
    register(one, event)
    register(two, event)
    steward = acting(stage.steward)
    notices.change_event(steward, event=event, sequence=0, says={"text": "More."})
    assert mails("event-changed") == []
    with pytest.raises(Conflict):
        notices.change_event(steward, event=event, sequence=0, says={"place": "Room 2"})
    notices.change_event(steward, event=event, sequence=1, says={"place": "Room 2"})
    assert mails("event-changed") == [one.email, two.email]
    bodies = {mail.to: mail.body for mail in Mail.objects.filter(kind="event-changed")}
    assert ("Room 2" in bodies[str(one.email)], LINK in bodies[str(one.email)], LINK in bodies[str(two.email)]) == (
        True, True, False,
    )  # fmt: skip
    notices.cancel_event(steward, event=event, reason="Nobody has time.")
    assert mails("event-cancelled") == [one.email, two.email]
    assert "Nobody has time." in Mail.objects.filter(kind="event-cancelled")[0].body
    event.refresh_from_db()
    assert event.sequence == 3
    with pytest.raises(Closed):
        notices.cancel_event(steward, event=event, reason="Again.")
    with pytest.raises(Closed):
        register(stage.members[2], event)


def test_a_reminder_goes_out_once_a_day_before_to_those_who_have_a_place_and_want_it() -> None:
    stage = Stage()
    one, two, three = stage.admit(3)
    people.choose_mail(acting(two), person=two, wants=False)
    event = hold(stage, places=2)
    for person in (one, two, three):
        register(person, event)
    with clock.travel(event.begins - timedelta(hours=24) - 5 * SECOND):
        remind()
        with pytest.raises(Closed, match="No reminder"):
            notices.send_event_reminders(CLOCK, event=event)
    assert mails("event-reminder") == []
    for hours in (24, 23, 1):
        with clock.travel(event.begins - timedelta(hours=hours)):
            remind()
    assert mails("event-reminder") == [one.email]
    later = event.begins + timedelta(days=3)
    with clock.travel(event.begins - timedelta(hours=1)):
        says = {"begins": later, "ends": later + timedelta(hours=1)}
        notices.change_event(acting(stage.steward), event=event, sequence=0, says=says)
    with clock.travel(later - timedelta(hours=2)):
        remind()
    assert mails("event-reminder") == [one.email, one.email]


def test_a_clock_that_jumps_over_an_event_reminds_nobody_of_what_is_past() -> None:
    stage = Stage()
    (one,) = stage.admit(1)
    event = hold(stage)
    register(one, event)
    with clock.travel(event.begins):
        remind()
    assert mails("event-reminder") == []


def test_how_many_come_is_told_from_five_on_and_who_comes_to_those_who_keep_it() -> None:
    cast = Cast()
    event = hold(cast)
    keeper, here = cast.organiser(event.reference), event.get_absolute_url()
    for person in cast.members:
        assert "<dt>Registered</dt>" not in text(browser().get(here))
        register(person, event)
    page = text(browser().get(here))
    assert "<dt>Registered</dt><dd>5</dd>" in page
    assert "member-1" not in page
    for person in (None, cast.member, cast.facilitator):
        answer = browser(person).get(f"{here}/people")
        assert answer.status_code in {302, 403}
        assert "member-1" not in text(answer)
    assert looks_at(cast.member.pk) == []
    assert "member-1" in text(browser(keeper).get(f"{here}/people"))
    assert [look.what for look in looks_at(cast.member.pk)] == ["your registration for “First workshop”"]
    assert "member-5" in b"".join(browser(keeper).get(f"{here}/people?as=csv").streaming_content).decode()


def test_a_hidden_link_is_shown_to_who_has_a_place_and_who_keeps_the_event() -> None:
    cast = Cast()
    event = hold(cast, places=1)
    register(cast.author, event)
    register(cast.member, event)

    def sees(who: Any) -> bool:
        here = event.get_absolute_url()
        return any(LINK in text(browser(who).get(path)) for path in (here, f"/api/v1{here}", "/events"))

    assert [sees(who) for who in (None, cast.stranger, cast.member, cast.author, cast.steward)] == [
        False, False, False, True, True,
    ]  # fmt: skip
    shown = hold(cast, link_hidden=False)
    assert LINK in text(browser().get(shown.get_absolute_url()))


def test_a_steward_and_a_member_do_everything_on_pages() -> None:
    cast = Cast()
    steward, member = browser(cast.steward), browser(cast.member)
    begins = f"{clock.now() + timedelta(days=9):%Y-%m-%dT%H:%M}"
    ends = f"{clock.now() + timedelta(days=9, hours=1):%Y-%m-%dT%H:%M}"
    typed = {"title": "A talk", "zone": "Asia/Kolkata", "begins": begins, "ends": ends, "takes_registration": "on"}
    answer = form(steward, "/events/new", **typed, places="1")
    event = Event.objects.get()
    here = event.get_absolute_url()
    assert answer.headers.get("Location") == here, text(answer)
    assert f"{event.begins + timedelta(hours=5, minutes=30):%Y-%m-%dT%H:%M}" == begins
    assert "Registration is open" in text(browser().get(here))
    assert form(member, f"{here}/register").headers["Location"] == here
    assert "You have a place." in text(member.get(here))
    assert "A talk" in text(member.get("/events/mine"))
    form(browser(cast.author), f"{here}/register")
    assert "You are on the waiting list" in text(browser(cast.author).get(here))
    assert form(member, f"{here}/leave").headers["Location"] == here
    assert "You have a place." in text(browser(cast.author).get(here))
    shown = steward.get(f"{here}/edit").context["form"]["begins"].value()
    assert f"{shown:%Y-%m-%dT%H:%M}" == begins
    assert form(steward, f"{here}/edit", title="A better talk").status_code == 302
    late = form(steward, f"{here}/edit", title="Mine", sequence=0)
    assert (late.status_code, late.context["meanwhile"][0]) == (409, ("Title", "A better talk"))
    assert [late.context["form"][name].value() for name in ("title", "sequence")] == ["Mine", "1"]
    assert form(steward, f"{here}/cancel", reason="Rain.").status_code == 302
    settle()
    page = text(browser().get(here))
    for words in ("This event is cancelled", "Rain.", "A better talk", "cancelled the event"):
        assert words in page
    assert "A better talk" in text(browser().get("/events?when=cancelled"))
    assert "<td" not in text(browser().get("/events?when=upcoming"))


def test_a_time_that_clocks_pass_over_is_refused_beside_its_field() -> None:
    cast = Cast()
    typed = {"title": "x", "zone": "Europe/Berlin", "begins": "2029-03-25T02:30", "ends": "2029-03-25T05:00"}
    answer = form(browser(cast.steward), "/events/new", **typed)
    assert (answer.status_code, "Clocks are put forward" in text(answer)) == (422, True)


def test_the_list_costs_the_same_for_one_event_and_three_and_is_split_by_time() -> None:
    stage = Stage()
    first = hold(stage, days=1)

    def cost(path: str) -> int:
        client = browser()
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    one = cost("/events")
    hold(stage, days=2, title="Second")
    hold(stage, days=3, title="Third")
    assert cost("/events") == one
    with clock.travel(first.ends):
        rows = browser().get("/api/v1/events?when=past").json()["items"]
        assert [row["title"] for row in rows] == ["First workshop"]
        assert browser().get("/api/v1/events?when=upcoming").json()["count"] == 2


@pytest.mark.parametrize("name", ["registration_opens", "registration_closes", "begins", "ends"])
def test_a_page_holds_until_the_next_instant_of_an_event(name: str) -> None:
    import time

    now = clock.now()
    event = hold(Stage(), registration_opens=now + timedelta(days=1), registration_closes=now + timedelta(days=2))
    with clock.travel(getattr(event, name) - timedelta(seconds=1.2)):
        begun = time.monotonic()
        assert 0.2 < holds_until() - begun <= 1.2


def test_events_can_be_held_over_http() -> None:
    cast = Cast()
    steward, member = browser(cast.steward), browser(cast.member)

    def send(client: Client, method: str, path: str, body: Any = None) -> Any:
        return client.generic(method, f"/api/v1{path}", json.dumps(body or {}), "application/json")

    given = said(places=1)
    given |= {name: clock.stamp(given[name]) for name in ("begins", "ends")}
    assert send(member, "POST", "/events", given).status_code == 403
    made = send(steward, "POST", "/events", given)
    assert (made.status_code, made.json()["link"], made.json()["places"]) == (201, "", 1)
    here = made.json()["address"]
    registration = send(member, "POST", f"{here}/registration").json()
    assert (registration["waiting"], registration["link"]) == (False, LINK)
    assert member.get(f"/api/v1{here}/registration").json()["event"] == made.json()["number"]
    assert browser().get(f"/api/v1{here}/registration").status_code == 403
    assert member.get(f"/api/v1{here}/registrations").status_code == 403
    rows = steward.get(f"/api/v1{here}/registrations").json()["items"]
    assert [row["person"] for row in rows] == [cast.member.pk]
    changed = send(steward, "PUT", here, {"sequence": 0, "places": None})
    assert (changed.json()["places"], changed.json()["sequence"]) == (None, 1)
    assert send(steward, "PUT", here, {"sequence": 0, "title": "Late"}).status_code == 409
    assert send(member, "DELETE", f"{here}/registration").status_code == 204
    assert send(member, "DELETE", f"{here}/registration").status_code == 409
    assert send(steward, "POST", f"{here}/cancel", {"reason": "Rain."}).json()["cancellation"] == "Rain."


def test_who_is_erased_leaves_every_event_and_the_next_moves_up() -> None:
    stage = Stage()
    one, two = stage.admit(2)
    event = hold(stage, places=1)
    register(one, event)
    register(two, event)
    people.erase(acting(one), person=one)
    assert [(r.person_id, r.waiting) for r in event.registrations.all()] == [(two.pk, False)]


def test_after_a_restore_an_event_is_held_when_the_record_says() -> None:
    from stoa.notices.acts.recovering import bring_back

    stage = Stage()
    event = hold(stage)
    before = Event.objects.filter(pk=event.pk).values().get()
    later = event.begins + timedelta(days=1)
    says = {"begins": later, "ends": later + timedelta(hours=2)}
    notices.change_event(acting(stage.steward), event=event, sequence=0, says=says)
    notices.cancel_event(acting(stage.steward), event=event, reason="Rain.")
    leaves = told("notices.event.changed") + told("notices.event.cancelled")
    Event.objects.filter(pk=event.pk).update(**before)
    bring_back(leaves)
    event.refresh_from_db()
    assert (event.begins, event.cancelled is None, event.sequence) == (later, False, 2)


def test_an_organiser_keeps_their_event_alone() -> None:
    cast = Cast()
    one, other = hold(cast), hold(cast)
    keeper = acting(cast.organiser(one.reference))
    notices.change_event(keeper, event=one, sequence=0, says={"text": "Mine."})
    with pytest.raises(Refused):
        notices.change_event(keeper, event=other, sequence=0, says={"text": "Mine."})
    assert OPERATOR.kind == "operator"
