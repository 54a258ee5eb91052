"""What a panel's scores become: the order, the bar, the reasons, and what is published of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Refused
from stoa.kit.models import Mail
from stoa.members import acts as members
from stoa.members.models import Application, Call, Decision
from stoa.members.queries import own_decision
from stoa.members.tasks import advance
from stoa.people import acts as people
from stoa.record.models import Blob, Entry
from stoa.review import acts as review
from stoa.review.models import Panel, Seat
from stoa.verify import Outcome
from tests.cast import Cast, browser
from tests.errands import do_errands
from tests.members.calling import CALL
from tests.members.deciding import (
    LETTERS,
    decided,
    decided_among_many,
    reviewed,
    seated,
    verified,
    with_bar,
)
from tests.members.reading import Applied, text
from tests.stage import acting

pytestmark = pytest.mark.django_db


def test_the_panels_scores_and_words_become_the_order_and_the_reasons(applied: Applied) -> None:
    steward = acting(applied.cast.steward)
    call = with_bar(applied.cast, applied.begin(), applied.readers[:2])
    assert call.panel is not None
    with pytest.raises(Closed, match="still reads"):
        members.rank(steward, call=call)
    reviewed(applied.cast, call, {applied.ada: 450, applied.bob: 250})
    with pytest.raises(Closed, match="come from its panel"):
        members.rank(steward, call=call, scores={})
    members.rank(steward, call=call)
    found = {d.application.name: (d.score, d.outcome, d.reason) for d in Decision.objects.all()}
    words = "By the criteria.\n\nBy the criteria."
    assert found == {"Ada": (450, "admitted", words), "Bob": (250, "declined", words)}


def test_a_reason_that_was_written_stands_when_applications_are_put_in_order_again(applied: Applied) -> None:
    steward = acting(applied.cast.steward)
    call = with_bar(applied.cast, applied.begin(), applied.readers[:2])
    reviewed(applied.cast, call, {applied.ada: 450, applied.bob: 250})
    assert members.rank(steward, call=call) == 2
    one = Application.objects.get(person=applied.bob)
    members.give_reason(steward, application=one, reason="Apply again.")
    Decision.objects.update(outcome="waiting", score=100, place=7)
    assert members.rank(steward, call=call) == 2
    found = {d.application.name: (d.score, d.outcome, d.place, d.reason) for d in Decision.objects.all()}
    words = "By the criteria.\n\nBy the criteria."
    assert found == {"Ada": (450, "admitted", 1, words), "Bob": (250, "declined", None, "Apply again.")}


def test_a_large_call_is_read_and_put_in_order_by_the_worker_and_pages_say_so(
    applied: Applied, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stoa.members.tasks.WAITED_FOR", 1)
    monkeypatch.setattr("stoa.members.acts.deciding.CHUNK", 1)
    monkeypatch.setattr("stoa.members.acts.deciding_panel.CHUNK", 1)
    monkeypatch.setattr("stoa.review.acts.panels.CHUNK", 1)
    keeper, api = browser(applied.cast.steward), f"/api/v1{CALL}"
    with clock.travel(applied.call.ends):
        advance()
        due = (clock.now() + timedelta(days=9)).replace(second=0, microsecond=0)
        answer = keeper.post(f"{CALL}/decide/begin", {"due": f"{due:%Y-%m-%dT%H:%M}"}, follow=True)
        assert "The applications are being put before a panel" in text(answer)
        assert "Let the applications be read" not in text(answer)
        asked = keeper.post(f"{api}/review", content_type="application/json")
        assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
        assert do_errands() == 1
    call = Call.objects.get()
    assert call.panel is not None
    assert (call.phase, call.panel.deadline) == ("review", due)
    assert [piece.number for piece in call.panel.pieces.all()] == [1, 2]
    entry = json.loads(bytes(Entry.objects.get(type="members.review.begun").body))
    assert entry["actor"] == f"person:{applied.cast.steward.pk}"
    call = with_bar(applied.cast, call, applied.readers[:2])
    reviewed(applied.cast, call, {applied.ada: 450, applied.bob: 250})
    assert keeper.put(f"{api}/scores", {}, content_type="application/json").status_code == 202
    assert "The applications are being put in order" in text(keeper.get(f"{CALL}/decide"))
    assert do_errands() == 1
    assert "The applications are in order" in text(keeper.get(f"{CALL}/decide"))
    assert list(Decision.objects.order_by("place").values_list("score", "place")) == [(450, 1), (250, None)]

    members.draft_release(acting(applied.cast.founder), call=call, letters=LETTERS)
    page = keeper.get(f"{CALL}/decide/release")
    sent = {"drafted": page.context["form"]["drafted"].value()}
    answer = keeper.post(f"{CALL}/decide/release", sent, follow=True)
    assert ("The letters are being sent" in text(answer), "<button>Release" in text(answer)) == (True, False)
    assert keeper.post(f"{api}/letters/confirm", sent, content_type="application/json").status_code == 202
    assert not Mail.objects.filter(kind="call-decision").exists()
    assert do_errands() == 1
    assert "The decisions are released." in text(keeper.get(f"{CALL}/decide/release"))
    assert Call.objects.get().phase == "decided"
    letters = Mail.objects.filter(kind="call-decision").order_by("to").values_list("to", "person_id")
    assert list(letters) == [(one.email, one.pk) for one in (applied.ada, applied.bob)]
    given = Entry.objects.filter(
        type__in=["people.person.admitted", "people.role.given"], act="members.release.confirm"
    )
    assert list(given.order_by("pk").values_list("type", flat=True)) == ["people.person.admitted", "people.role.given"]


def test_a_panel_of_a_call_ends_when_each_application_was_read(applied: Applied) -> None:
    steward = acting(applied.cast.steward)
    call = applied.begin()
    assert call.panel is not None
    seated(applied.cast, call, applied.readers[:1], load=1)
    review.run_assignment(steward, panel=call.panel)
    review.begin_discussion(steward, panel=call.panel)
    with pytest.raises(Closed, match="review of 2"):
        review.close_panel(steward, panel=call.panel)
    with pytest.raises(Closed):
        review.put_piece(steward, panel=call.panel, title="Another", text="By hand.")
    seated(applied.cast, call, applied.readers[1:2])
    reviewed(applied.cast, call, {applied.ada: 400, applied.bob: 200})
    assert Panel.objects.get().phase == "done"


def test_who_read_an_application_does_not_decide_its_appeal(applied: Applied) -> None:
    second = people.admit(OPERATOR, name="Second steward", email="s2@example.org", roles=["steward", "member"])
    call = applied.begin()
    seated(applied.cast, call, [second])
    call = with_bar(applied.cast, call, applied.readers[:2])
    call = decided(applied.cast, call, {applied.ada: 400, applied.bob: 200})
    mine = own_decision(call, acting(applied.bob))
    assert mine is not None
    made = members.appeal(acting(applied.bob), decision=mine, words="Look again.")
    with pytest.raises(Refused, match="had a part"):
        members.decide_appeal(acting(second), call=call, appeal=made, granted=True, reply="Yes.")
    third = people.admit(OPERATOR, name="Third steward", email="s3@example.org", roles=["steward"])
    members.decide_appeal(acting(third), call=call, appeal=made, granted=False, reply="No.")


def test_a_call_is_read_over_the_api_from_its_close_to_its_order(applied: Applied) -> None:
    keeper, path = browser(applied.cast.steward), f"/api/v1{CALL}"
    with clock.travel(applied.call.ends):
        advance()
        assert keeper.post(f"{path}/review", content_type="application/json").json()["phase"] == "review"
    one = applied.readers[0]
    listed = keeper.get(f"{path}/reviewers", {"q": one.name}).json()
    assert listed == {"items": [{"person": one.pk, "name": one.name, "could_not_read": 0, "answer": ""}], "count": 1}
    asked = {"people": [one.pk, "nobody"], "load": 5}
    assert keeper.post(f"{path}/reviewers", asked, content_type="application/json").json() == {"asked": 1}
    assert keeper.post(f"{path}/reviewers", asked, content_type="application/json").json() == {"asked": 0}
    call = Call.objects.get()
    seat = Seat.objects.select_related("panel", "person").get()
    review.accept(acting(one), seat=seat, load=5)
    seen = keeper.get(f"{path}/reading").json()
    assert (seen["panel"], seen["phase"], seen["wanted"], seen["given"]) == (call.panel_id, "setting_up", 6, 0)
    with_bar(applied.cast, call, [one])
    reviewed(applied.cast, call, {applied.ada: 400, applied.bob: 200})
    assert keeper.put(f"{path}/scores", {}, content_type="application/json").json() == {"ordered": 2}
    listed = keeper.get(f"{path}/decisions").json()["items"]
    assert {row["name"]: row["score"] for row in listed} == {"Ada": 400, "Bob": 200}


def test_scores_of_many_are_published_without_names_and_prove_the_order() -> None:
    decided_among_many(Cast())
    everybody = [one.person for one in Application.objects.select_related("person") if one.person]
    assert verified() == {"call.decided": Outcome.PASSED, "call.order": Outcome.PASSED}
    told = Client().get(f"/api/v1{CALL}/outcome").json()
    assert (told["bar"], told["admitted"], told["waiting"], told["declined"]) == (300, 2, 10, 8)
    page = text(Client().get(CALL))
    assert [f"/record/blob/{told[name]}" in page for name in ("order", "scores")] == [True, True]
    body = bytes(Blob.objects.get(pk=told["scores"]).body).decode()
    assert [person.pk for person in everybody if person.pk in body or person.name in body] == []


def test_the_record_names_newcomers_in_an_order_that_tells_neither_number_nor_place() -> None:
    cast = Cast()
    call = decided_among_many(cast, places=10)
    given = [
        json.loads(bytes(e.body))["facts"]["person"]
        for e in Entry.objects.filter(type="people.role.given", act="members.release.confirm").order_by("pk")
    ]
    admitted = Decision.objects.filter(application__call=call, outcome="admitted")
    by_place, by_number = (
        list(admitted.order_by(by).values_list("application__person", flat=True)) for by in ("place", "application")
    )
    assert given == sorted(by_place)  # their own ids, which were drawn before anybody applied
    assert len(given) == 10
    assert by_place != given != by_number


def test_the_page_of_a_decided_call_says_its_bar_in_points() -> None:
    cast = Cast()
    decided_among_many(cast)
    assert "<dt>Bar</dt><dd>3.00 of 5</dd>" in text(Client().get(CALL))
