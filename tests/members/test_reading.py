"""A call that is read by a panel: what reviewers get, who is asked, and whose conflicts are seen before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.acts.deciding import reviewers_of
from stoa.members.models import Application, Call
from stoa.members.queries import own_decision
from stoa.members.queries.deciding_panel import barred_from
from stoa.members.tasks import advance
from stoa.people import acts as people
from stoa.people.models import Organisation, Person, Tie
from stoa.review import acts as review
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment, Conflict, Panel, Piece, Seat
from stoa.site.queries.waiting import waiting
from tests.cast import Cast, browser
from tests.members.applying import apply
from tests.members.calling import CALL, RULES, opened
from tests.members.deciding import (
    LETTERS,
    admitted_by,
    decided,
    reviewed,
    seated,
    with_bar,
)
from tests.members.reading import Applied, text
from tests.stage import acting

pytestmark = pytest.mark.django_db


TEXT = """- Organisation: Example University
- ORCID iD: 0000-0002-1825-0097
- Are you a professor?: yes
- What is your field?: Security
- Years since your doctorate: 4

## Why do you apply?

Because.
\\# Admit me

## Which topics?

Privacy, Security

## Publications

- 10.1000/182"""


def test_the_panel_reads_by_the_criteria_of_the_call_and_gets_nothing_that_was_said_apart(applied: Applied) -> None:
    me = acting(applied.ada, second_factor=False)
    members.say_about_oneself(me, person=applied.ada, call=applied.call, said={"country": "KE", "x_region": "1"})
    due = clock.now() + timedelta(days=40)
    panel = applied.begin(due=due).panel
    assert panel is not None
    criterion = RULES["criteria"][0]
    assert panel.criteria == [
        {
            "code": "experience",
            "title": criterion["label"],
            "rubric": criterion["rubric"],
            "examples": [{"score": 2, "text": criterion["low"]}, {"score": 4, "text": criterion["high"]}],
            "weight": 2,
        }
    ]
    assert (panel.kind, panel.object_id, panel.reviews_each, panel.deadline) == ("call", applied.call.pk, 3, due)
    piece = Piece.objects.get(title="Ada")
    assert piece.text == TEXT
    assert sorted(Piece.objects.values_list("object_id", flat=True)) == sorted(
        Application.objects.values_list("pk", flat=True)
    )


def test_a_call_to_which_nobody_applied_is_not_read() -> None:
    cast = Cast()
    call = opened(cast, days=1)
    with clock.travel(call.ends):
        advance()
        with pytest.raises(Closed, match="Nobody applied"):
            members.begin_review(acting(cast.steward), call=call)
    assert not Panel.objects.exists()


def test_withdrawing_and_erasing_take_the_piece_and_what_was_said_of_it_away(applied: Applied) -> None:
    call = applied.begin()
    seated(applied.cast, call, applied.readers[:1])
    assert call.panel is not None
    review.run_assignment(acting(applied.cast.steward), panel=call.panel)
    for one in Assignment.objects.select_related("seat__person", "piece"):
        review.give_review(acting(one.seat.person), assignment=one, said=Said({"experience": 3}, "Secret.", "Well."))
    members.withdraw(acting(applied.ada), application=Application.objects.get(person=applied.ada))
    people.erase(OPERATOR, person=applied.bob)
    assert list(Piece.objects.values_list("title", "text", "authors")) == [("", "", [])] * 2
    assert not Piece.objects.filter(withdrawn=None).exists()
    assert set(Assignment.objects.values_list("review__for_panel", "review__for_author")) == {("", "")}
    client = browser(applied.readers[0])
    assert [client.get(f"/reviews/{call.panel.pk}/of/{n}").status_code for n in (1, 2)] == [404, 404]


def test_the_organisation_of_an_address_counts_beside_the_one_that_was_typed(applied: Applied) -> None:
    Application.objects.update(organisation="Elsewhere", ror="", address={"organisation": "Example University"})
    house = Organisation.objects.create(name="Example University")
    before = barred_from(applied.call, applied.readers)[applied.readers[3].pk]
    Tie.objects.create(person=applied.readers[3], organisation=house, kind="employment", start=date(2020, 1, 1))
    assert (before, barred_from(applied.call, applied.readers)[applied.readers[3].pk]) == (0, 2)


def test_conflicts_are_seen_before_the_call_closes_and_before_anybody_is_asked(applied: Applied) -> None:
    one, other, third, _ = applied.readers
    house = Organisation.objects.create(name="Example University")
    Tie.objects.create(person=one, organisation=house, kind="employment", start=date(2020, 1, 1))
    earlier = opened(applied.cast, "earlier")
    admitted_by(apply(other, earlier))  # who wrote the work that Ada and Bob name too
    barred = {one.pk: 2, other.pk: 2, **{reader.pk: 0 for reader in applied.readers[2:]}}
    assert barred_from(applied.call, applied.readers) == barred
    keeper = browser(applied.cast.steward)
    before = text(keeper.get(f"{CALL}/decide/reviewers"))
    assert ("once the call has closed" in before, 'name="person"' in before) == (True, False)
    assert not Seat.objects.exists()

    call = applied.begin()
    assert barred_from(call, applied.readers) == barred
    page = text(keeper.get(f"{CALL}/decide/reviewers"))
    assert f'value="{third.pk}" form="ask"' in page
    assert keeper.post(f"{CALL}/decide/reviewers", {"load": 3}).status_code == 422
    asked = {"person": [one.pk, third.pk], "load": 3}
    again = text(keeper.post(f"{CALL}/decide/reviewers", asked | {"load": 0}))
    assert [f'value="{each}" form="ask" checked' in again for each in asked["person"]] == [True, True]
    assert keeper.post(f"{CALL}/decide/reviewers", asked).headers["Location"] == f"{CALL}/decide/reviewers"
    assert list(Seat.objects.order_by("person").values_list("person", "load", "state")) == [
        (pk, 3, "invited") for pk in sorted([one.pk, third.pk])
    ]
    assert set(Conflict.objects.values_list("seat__person", "kind")) == {(one.pk, "organisation")}
    assert sorted(Mail.objects.filter(kind="review-invited").values_list("to", flat=True)) == sorted(
        [str(one.email), str(third.email)]
    )
    after = text(keeper.get(f"{CALL}/decide/reviewers"))
    assert (after.count('form="ask"'), "invited" in after) == (page.count('form="ask"') - 2, True)


def test_conflicts_with_many_are_counted_no_further_than_a_page_says(
    applied: Applied, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, *others = applied.readers
    house = Organisation.objects.create(name="Example University")
    Tie.objects.create(person=one, organisation=house, kind="employment", start=date(2020, 1, 1))
    keeper = browser(applied.cast.steward)
    for module in (
        "stoa.review.acts.conflicts",
        "stoa.members.queries.deciding_panel",
        "stoa.members.views.deciding_panel",
    ):
        monkeypatch.setattr(f"{module}.COUNTED_TO", 1)
    assert barred_from(applied.call, applied.readers) == dict.fromkeys([reader.pk for reader in applied.readers])
    assert "told once the reading has begun" in text(keeper.get(f"{CALL}/decide/reviewers"))

    call = applied.begin()
    assert barred_from(call, applied.readers) == {one.pk: 2} | {other.pk: 0 for other in others}
    assert "more than 1<" in text(keeper.get(f"{CALL}/decide/reviewers"))
    assert keeper.get(f"/api/v1{CALL}/reviewers", {"q": one.name}).json()["items"][0]["could_not_read"] == 2


def test_others_learn_nothing_of_who_could_read_or_does(applied: Applied) -> None:
    applied.begin()
    for person in (applied.ada, applied.readers[0], applied.cast.facilitator, applied.cast.stranger):
        client = browser(person)
        for path in (f"{CALL}/decide/reviewers", f"/api/v1{CALL}/reviewers", f"/api/v1{CALL}/reading"):
            assert client.get(path).status_code == 403, path
        with pytest.raises(Refused):
            members.invite_reviewers(acting(person), call=applied.call, people=[person], load=3)
    assert not Seat.objects.exists()


def test_that_a_reviewer_applies_elsewhere_is_told_nobody_who_keeps_a_call(applied: Applied) -> None:
    call, reader = applied.begin(), applied.readers[0]
    apply(reader, opened(applied.cast, "elsewhere"))  # with the ORCID iD and the work that all name here
    assert barred_from(call, [reader]) == {reader.pk: 0}


def test_whoever_a_wave_admitted_is_asked_to_read_the_next(applied: Applied) -> None:
    call = with_bar(applied.cast, applied.begin(), applied.readers[:1])
    call = decided(applied.cast, call, {applied.ada: 400, applied.bob: 200})
    steward = acting(applied.cast.steward)
    opens = clock.now() + timedelta(seconds=1)
    wave = members.draft_call(
        steward, slug="second", title="Second wave", opens=opens, closes=opens + timedelta(days=1), like=call
    )
    wave = members.edit_call(steward, call=wave, version=wave.version, changes={"screening": "waves"})
    wave = members.announce_call(steward, call=wave)
    with clock.travel(opens):
        advance()
        apply(applied.cast.stranger, wave)
    with clock.travel(wave.ends):
        advance()
        page = text(browser(applied.cast.steward).get("/calls/second/decide/begin"))
        assert "could not read 1" in page  # Ada names the work and the ORCID iD that the stranger names
        members.begin_review(steward, call=wave)
    seat = Seat.objects.get(panel__object_id=wave.pk)
    assert (seat.person_id, seat.state, seat.texts) == (applied.ada.pk, "invited", ["Because.\n# Admit me"])
    assert set(Conflict.objects.filter(seat=seat).values_list("kind", flat=True)) == {"co-author", "self"}
    assert list(reviewers_of(Call.objects.get(slug="second"))) == []


def test_seats_say_who_reads_and_a_role_given_beside_them_says_nothing(applied: Applied) -> None:
    one, other, third, _ = applied.readers
    call = applied.begin()
    people.give_role(OPERATOR, person=third, role="reviewer", scope=call.reference)
    seated(applied.cast, call, [one, other])
    assert {person.pk for person in reviewers_of(call)} == {one.pk, other.pk}
    with pytest.raises(Refused):
        members.give_bar(acting(third), call=call, value=300)
    review.decline(acting(other), seat=Seat.objects.get(person=other))
    with pytest.raises(Refused):
        members.give_bar(acting(other), call=call, value=300)
    members.give_bar(acting(one), call=call, value=300)
    assert members.set_bar(acting(applied.cast.steward), call=call).bar == 300


def test_the_keepers_page_of_a_call_foretells_what_will_be_unread(applied: Applied) -> None:
    call = applied.begin()
    assert call.panel is not None
    seated(applied.cast, call, applied.readers[:2])
    review.run_assignment(acting(applied.cast.steward), panel=call.panel)
    with clock.travel(call.panel.deadline - timedelta(days=1)):
        page = text(browser(applied.cast.steward).get(f"{CALL}/decide"))
    assert "At the deadline, between" in page
    for where in ("/invite", "#reviewers", "#later"):
        assert f'href="/reviews/{call.panel.pk}/panel{where}"' in page
    reviewed(applied.cast, call, {applied.ada: 400, applied.bob: 200})
    page = text(browser(applied.cast.steward).get(f"{CALL}/decide"))
    assert ("All that is assigned is read" in page, "At the deadline" in page, "Ask people" in page) == (
        True,
        False,
        False,
    )


def test_the_pages_of_its_panel_lead_back_to_the_call(applied: Applied) -> None:
    call = applied.begin()
    assert call.panel is not None
    seated(applied.cast, call, applied.readers[:1])
    desk = call.panel.get_absolute_url()
    for person, path in ((applied.readers[0], desk), (applied.cast.steward, f"{desk}/panel")):
        assert f'It reads for <a href="{CALL}">' in text(browser(person).get(path))


@pytest.mark.parametrize("load", [0, 501])
def test_people_are_asked_for_a_number_that_can_be_read(applied: Applied, load: int) -> None:
    call = applied.begin()
    with pytest.raises(Invalid):
        members.invite_reviewers(acting(applied.cast.steward), call=call, people=applied.readers, load=load)
    assert not Seat.objects.exists()


def waits(person: Person) -> list[str]:
    """What their home says waits for them, of calls and panels."""
    about = ("Members of", "members-2027")
    return [item.title for item in waiting(acting(person)) if any(word in item.title for word in about)]


def test_what_waits_for_reviewers_and_keepers_stands_on_their_homes_until_it_is_done(applied: Applied) -> None:
    cast, (one, _, third, _) = applied.cast, applied.readers
    title = "Members of members-2027"
    call, steward = applied.begin(), acting(applied.cast.steward)
    members.invite_reviewers(steward, call=call, people=[one], load=5)
    assert waits(one) == [f"Will you review? {title}"]
    review.accept(acting(one), seat=Seat.objects.get(), load=5)
    assert waits(one) == []
    assert call.panel is not None
    review.run_assignment(steward, panel=call.panel)
    assert waits(one) == [f"Review 2 texts: {title}"]
    item = next(item for item in waiting(acting(one)) if "Review 2" in item.title)
    assert (item.minutes, item.due, item.url) == (60, call.panel.deadline, f"/reviews/{call.panel.pk}")
    reviewed(cast, call, {applied.ada: 400, applied.bob: 200})
    assert waits(one) == [f"Give your bar: {title}"]
    members.give_bar(acting(one), call=call, value=300)
    members.set_bar(steward, call=call)
    members.rank(steward, call=call)
    members.draft_release(steward, call=call, letters=LETTERS)
    assert [waits(person) for person in (one, cast.steward, cast.founder)] == [[], [], [f"Confirm decisions: {title}"]]
    assert Mail.objects.filter(kind="decisions-to-confirm").values_list("to", flat=True).get() == cast.founder.email
    call = members.confirm_release(acting(cast.founder), call=call)
    mine = own_decision(call, acting(applied.bob))
    assert mine is not None
    second = people.admit(OPERATOR, name="Second steward", email="s2@example.org", roles=["steward"])
    made = members.appeal(acting(applied.bob), decision=mine, words="Look again.")
    assert [waits(person) for person in (cast.steward, cast.founder, second)] == [[], [], [f"Decide 1 appeal: {title}"]]
    assert list(Mail.objects.filter(kind="appeal-made").values_list("to", flat=True)) == ["s2@example.org"]
    members.decide_appeal(acting(second), call=call, appeal=made, granted=False, reply="No.")
    assert waits(second) == waits(third) == []
