"""Drafting, announcing, changing and extending calls, and what the clock does with them, to the second."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from stoa.kit import clock, search
from stoa.kit.act import CLOCK
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.members import acts as members
from stoa.members import rules
from stoa.members.models import Call
from stoa.members.tasks import advance
from stoa.people import acts as people
from stoa.record.models import Entry, Text
from tests.cast import browser, settle
from tests.members.calling import RULES, announce, draft, opened
from tests.stage import Stage, acting

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def facts(entry_type: str) -> dict[str, Any]:
    return json.loads(bytes(Entry.objects.filter(type=entry_type).latest("pk").body))["facts"]  # type: ignore[no-any-return]


def test_a_draft_leaves_nothing_on_the_record_and_is_not_found() -> None:
    stage = Stage()
    before = Entry.objects.count()
    call = draft(stage)
    assert (call.phase, call.announced, Entry.objects.count()) == ("draft", None, before)
    assert search.find("people", kinds=["call"]).hits == []


def test_an_announcement_puts_dates_and_commitments_on_the_record_and_no_text() -> None:
    stage = Stage()
    call = announce(stage)
    entry = Entry.objects.latest("pk")
    assert facts("members.call.announced") == {
        "call": call.pk,
        "opens": clock.stamp(call.opens),
        "closes": clock.stamp(call.closes),
        "grace_minutes": 60,
        "admits": "member",
        "reviews_each": 3,
        "seed": call.seed,
        "places": 2,
    }
    assert set(json.loads(bytes(entry.body))["commitments"]) == {"title", "text", "who", "prepare", "rules"}
    assert b"professor" not in bytes(entry.body)
    assert json.loads(Text.objects.get(entry=entry, name="rules").text)["facts"][0]["key"] == "post"
    assert [hit.reference for hit in search.find("people", kinds=["call"]).hits] == [call.reference]


def test_a_call_without_criteria_or_fields_is_not_announced() -> None:
    stage = Stage()
    call = draft(stage)
    for part in ("criteria", "fields"):
        bare = members.edit_call(
            acting(stage.steward), call=call, version=call.version, changes={"rules": {**RULES, part: []}}
        )
        with pytest.raises(Invalid, match="what counts"):
            members.announce_call(acting(stage.steward), call=bare)
        call.refresh_from_db()
    assert call.phase == "draft"


def test_a_call_that_is_to_be_screened_by_facts_asks_one() -> None:
    stage = Stage()
    steward, call = acting(stage.steward), draft(stage, opens=clock.now() + timedelta(days=1))
    bare = {"screening": "facts", "rules": {**RULES, "facts": []}}
    call = members.edit_call(steward, call=call, version=call.version, changes=bare)
    with pytest.raises(Invalid, match="screened by facts, and asks none"):
        members.announce_call(steward, call=call)
    call = members.edit_call(steward, call=call, version=call.version, changes={"rules": RULES})
    call = members.announce_call(steward, call=call)
    with pytest.raises(Invalid, match="screened by facts, and asks none"):
        members.amend_call(steward, call=call, version=call.version, changes={"rules": bare["rules"]})
    call.refresh_from_db()
    assert (call.phase, len(call.asks.facts)) == ("announced", 3)


@pytest.mark.parametrize("who", ["member", "organiser of another"])
def test_others_can_neither_draft_nor_announce(who: str) -> None:
    stage = Stage()
    call = draft(stage)
    (person,) = stage.admit(1)
    if who != "member":
        people.give_role(acting(stage.steward), person=person, role="organiser", scope="call:another")
    with pytest.raises(Refused):
        members.announce_call(acting(person), call=call)
    with pytest.raises(Refused):
        members.edit_call(acting(person), call=call, version=call.version, changes={"title": "Mine"})
    with pytest.raises(Refused):
        members.draft_call(acting(person), slug="mine", title="Mine", opens=call.opens, closes=call.closes)


def test_the_organiser_of_a_call_changes_it() -> None:
    stage = Stage()
    call = draft(stage)
    (person,) = stage.admit(1)
    people.give_role(acting(stage.steward), person=person, role="organiser", scope=call.reference)
    changed = members.edit_call(acting(person), call=call, version=call.version, changes={"title": " New  title "})
    assert (changed.title, changed.version) == ("New title", call.version + 1)


def test_a_change_to_what_somebody_else_changed_meanwhile_is_refused() -> None:
    stage = Stage()
    call = draft(stage)
    members.edit_call(acting(stage.steward), call=call, version=call.version, changes={"title": "First"})
    with pytest.raises(Conflict):
        members.edit_call(acting(stage.steward), call=call, version=call.version, changes={"title": "Second"})
    call.refresh_from_db()
    assert call.title == "First"


def test_rules_change_on_the_record_until_the_instant_of_opening_and_not_after() -> None:
    stage = Stage()
    call = announce(stage, opens=clock.now() + timedelta(days=1))
    steward, fewer = acting(stage.steward), {"rules": {**RULES, "facts": []}}
    with clock.travel(call.opens - SECOND):
        call = members.amend_call(steward, call=call, version=call.version, changes=fewer)
    assert facts("members.call.amended")["call"] == call.pk
    for instant in (call.opens, call.closes + timedelta(days=40)):
        with clock.travel(instant), pytest.raises(Closed, match="its rules are fixed"):
            members.amend_call(steward, call=call, version=call.version, changes={"rules": RULES})
    call.refresh_from_db()
    assert call.asks.facts == ()


def test_the_clock_opens_and_closes_each_at_its_second() -> None:
    stage = Stage()
    call = announce(stage, opens=clock.now() + timedelta(days=1))
    for instant, phase in [
        (call.opens - SECOND, "announced"),
        (call.opens, "open"),
        (call.closes, "open"),
        (call.ends - SECOND, "open"),
        (call.ends, "closed"),
    ]:
        with clock.travel(instant):
            advance()
        call.refresh_from_db()
        assert call.phase == phase, instant
    assert [e.type for e in Entry.objects.filter(subject=call.reference).order_by("pk")] == [
        "members.call.announced",
        "members.call.opened",
        "members.call.closed",
    ]


def test_what_can_be_done_follows_the_clock_whether_its_steps_were_taken_or_not() -> None:
    stage = Stage()
    call = announce(stage, opens=clock.now() + timedelta(days=1))
    begun = call.closes - SECOND
    for instant, begin, finish in [
        (call.opens - SECOND, False, False),
        (call.opens, True, True),
        (call.closes - SECOND, True, True),
        (call.closes, False, True),
        (call.ends - SECOND, False, True),
        (call.ends, False, False),
    ]:
        with clock.travel(instant):
            assert (rules.can_be_begun(call), rules.can_be_finished(call, begun)) == (begin, finish), instant
            assert not rules.can_be_finished(call, call.closes)


def test_a_clock_that_jumps_over_everything_takes_each_step_once() -> None:
    stage = Stage()
    call = announce(stage)
    with clock.travel(call.ends + timedelta(days=300)):
        advance()
        advance()
    with clock.travel(call.opens):  # and back
        advance()
    call.refresh_from_db()
    assert call.phase == "closed"
    assert Entry.objects.filter(subject=call.reference).count() == 3


def test_a_step_before_its_instant_is_refused() -> None:
    stage = Stage()
    call = announce(stage, opens=clock.now() + timedelta(days=1))
    with pytest.raises(Closed, match="too early"):
        members.open_call(CLOCK, call=call)
    with clock.travel(call.opens):
        members.open_call(CLOCK, call=call)
        with pytest.raises(Closed, match="too early"):
            members.close_call(CLOCK, call=call)


def test_a_call_closes_later_with_a_public_reason_and_never_earlier() -> None:
    stage = Stage()
    call = opened(stage)
    steward, later = acting(stage.steward), call.closes + timedelta(days=2)
    with pytest.raises(Invalid, match="only be made longer"):
        members.extend_call(steward, call=call, closes=call.closes, reason="Holiday.")
    with pytest.raises(Invalid, match="reason"):
        members.extend_call(steward, call=call, closes=later, reason=" ")
    members.extend_call(steward, call=call, closes=later, reason="A holiday.")
    call.refresh_from_db()
    assert call.closes == later
    assert facts("members.call.extended") == {"call": call.pk, "closes": clock.stamp(later)}
    with clock.travel(call.ends), pytest.raises(Closed):
        members.extend_call(steward, call=call, closes=later + timedelta(days=9), reason="Again.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Not good"}, "slug"),
        ({"slug": "new"}, "slug"),
        ({"title": ""}, "title"),
        ({"minutes": 0}, "minutes"),
        ({"places": 0}, "places"),
        ({"reviews_each": 0}, "reviews_each"),
        ({"admits": "steward"}, "admits"),
        ({"closes": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, "closes"),
        ({"rules": {"facts": [{"key": "a", "label": ""}]}}, "rules"),
        ({"rules": {"facts": [{"key": "A b", "label": "x"}]}}, "rules"),
        ({"rules": {"facts": [{"key": "a", "label": "x"}, {"key": "a", "label": "y"}]}}, "rules"),
        ({"rules": {"facts": [{"key": "a", "label": "x", "kind": "choice", "options": ["1", "2"]}]}}, "rules"),
        ({"rules": {"facts": [{"key": "a", "label": "x", "kind": "number", "least": "many"}]}}, "rules"),
        ({"rules": {"fields": [{"key": "a", "label": "x", "kind": "video"}]}}, "rules"),
        ({"rules": {"fields": [{"key": "a", "label": "x", "kind": "file", "settings": {"number": 9}}]}}, "rules"),
        ({"rules": {"fields": [{"key": "a", "label": "x", "kind": "file", "settings": {"kinds": "zip"}}]}}, "rules"),
        ({"rules": {"fields": [{"key": "a", "label": "x", "kind": "file", "settings": {"megabytes": "x"}}]}}, "rules"),
        ({"rules": {"fields": [{"key": "a", "label": "x", "kind": "choice"}]}}, "rules"),
        ({"rules": {"criteria": [{"key": "a", "label": "x", "rubric": "r", "low": "l"}]}}, "rules"),
        ({"rules": {"poems": []}}, "rules"),
        ({"rules": {"facts": [{"name": "a"}]}}, "rules"),
        ({"phase": "open"}, ""),
    ],
)
def test_what_can_not_be_right_is_refused_and_nothing_changes(changes: dict[str, Any], field: str) -> None:
    stage = Stage()
    call = draft(stage)
    with pytest.raises(Invalid) as fault:
        members.edit_call(acting(stage.steward), call=call, version=call.version, changes=changes)
    assert fault.value.field == field
    assert Call.objects.values().get() == Call.objects.filter(pk=call.pk).values()[0]
    call.refresh_from_db()
    assert (call.slug, call.phase, call.version) == ("members-2027", "draft", 2)


def test_an_announced_call_keeps_its_address() -> None:
    stage = Stage()
    call = announce(stage, opens=clock.now() + timedelta(days=1))
    with pytest.raises(Invalid, match="does not change") as fault:
        members.amend_call(acting(stage.steward), call=call, version=call.version, changes={"slug": "members-2028"})
    assert fault.value.field == "slug"
    client, address = browser(stage.steward), f"{call.get_absolute_url()}/edit"
    field = re.search(r'<input[^>]*name="slug"[^>]*>', client.get(address).content.decode())
    assert field
    assert "disabled" in field[0]


def test_two_calls_of_one_name_are_refused() -> None:
    stage = Stage()
    draft(stage)
    with pytest.raises(Invalid) as fault:
        draft(stage)
    assert fault.value.field == "slug"


def test_the_next_wave_asks_what_the_first_asked() -> None:
    stage = Stage()
    first = opened(stage)
    now = clock.now()
    following = members.draft_call(
        acting(stage.steward), slug="second", title="Second", opens=now, closes=now + timedelta(days=9), like=first
    )
    assert (following.rules, following.after, following.places, following.phase) == (first.rules, first, 2, "draft")


def test_after_a_restore_a_call_stands_where_the_record_has_it() -> None:
    from stoa.members.acts.recovering import bring_back

    stage = Stage()
    call = announce(stage)
    at_backup = Call.objects.filter(pk=call.pk).values().get()
    with clock.travel(call.opens):
        advance()
        members.extend_call(
            acting(stage.steward), call=call, closes=call.closes + timedelta(days=1), reason="Late mails."
        )
    later = Call.objects.filter(pk=call.pk).values().get()
    settle()
    leaves = [json.loads(bytes(e.body)) for e in Entry.objects.filter(subject=call.reference).order_by("pk")[1:]]
    Call.objects.filter(pk=call.pk).update(**at_backup)
    bring_back(leaves)
    assert Call.objects.filter(pk=call.pk).values().get() == later
