"""Who reads what: conflicts before anybody is asked, the best assignment, and what is handed on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import date

import pytest
from django.db.models import Count

from stoa.kit.act import OPERATOR
from stoa.kit.models import Mail
from stoa.methods.canonical import canonical, parse_object
from stoa.people import acts as people
from stoa.people.models import Organisation, Person, Tie
from stoa.record.models import Blob, Entry
from stoa.review import acts, queries
from stoa.review.acts.panels import Author, Put
from stoa.review.models import Assignment, Conflict, Panel, Piece, Run, Seat
from stoa.verify.assignment import check_assignment
from tests.cast import browser
from tests.errands import do_errands
from tests.review.panels import SAID, Inviting, Reading, Shared
from tests.stage import acting

pytestmark = pytest.mark.django_db


def _put(scene: Reading, put: Put) -> int:
    from stoa.kit import act as kit_act

    mark = kit_act._current.set(kit_act.Acting("test", "private", scene.steward, kit_act.Grant("steward", 1)))
    try:
        return acts.put_before(scene.panel, [put])
    finally:
        kit_act._current.reset(mark)


def test_an_assignment_is_whole_proved_and_on_the_record_without_names(reading: Reading) -> None:
    run = Run.objects.get()
    assert (run.pairs, run.missing, Assignment.objects.count()) == (8, 0, 8)
    check_assignment(json.loads(bytes(run.inputs)), json.loads(bytes(run.result)))
    entry = Entry.objects.get(type="review.assigned")
    facts = parse_object(bytes(entry.body))["facts"]
    assert isinstance(facts, dict)
    assert facts["inputs"] == run.inputs_digest
    inputs, result = (json.loads(bytes(kept)) for kept in (run.inputs, run.result))
    assert inputs.pop("salt") == result.pop("salt")
    guessed = {hashlib.sha256(canonical(known)).hexdigest() for known in (inputs, result)}
    assert guessed.isdisjoint({facts["inputs"], facts["result"]})
    assert facts["seed"] == reading.panel.seed
    bodies = b"".join(
        bytes(body) for body in Entry.objects.filter(act__startswith="review.").values_list("body", flat=True)
    )
    assert [p.pk for p in reading.reviewers if p.pk.encode() in bodies] == []


def test_of_many_pairs_each_part_is_assigned_and_proved_and_together_they_are_one_entry(
    inviting: Inviting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stoa.review.acts.assigning.AT_ONCE", 6)  # two texts for three reviewers
    acts.run_assignment(inviting.steward, panel=inviting.panel)
    runs = list(Run.objects.order_by("pk"))
    assert [(run.pairs, run.missing) for run in runs] == [(4, 0), (4, 0)]
    for run in runs:
        check_assignment(json.loads(bytes(run.inputs)), json.loads(bytes(run.result)))
    each = Assignment.objects.values_list("piece__number").annotate(number=Count("*"))
    assert dict(each) == dict.fromkeys(range(1, 5), 2)
    facts = parse_object(bytes(Entry.objects.get(type="review.assigned").body))["facts"]
    assert isinstance(facts, dict)
    assert (facts["parts"], facts["pairs"], facts["missing"]) == (2, 8, 0)
    listed = Blob.objects.get(sha256=facts["inputs"]).body
    assert json.loads(bytes(listed)) == [run.inputs_digest for run in runs]
    told = Counter(Mail.objects.filter(kind="review-assigned").values_list("person_id", flat=True))
    assert told == dict.fromkeys(Assignment.objects.values_list("seat__person", flat=True), 1)
    proofs = [
        browser(inviting.cast.steward).get(f"/api/v1/panels/{inviting.panel.pk}/assignment?part={n}") for n in (1, 2)
    ]
    assert [proof.json()["result"] for proof in proofs] == [json.loads(bytes(run.result)) for run in runs]


def test_who_falls_away_from_a_large_panel_leaves_only_what_they_read_to_be_assigned(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stoa.review.acts.assigning.AT_ONCE", 4)
    one = reading.own(reading.reviewers[0])
    kept = set(Assignment.objects.exclude(piece=one.piece).values_list("pk", flat=True))
    acts.declare_conflict(acting(reading.reviewers[0]), panel=reading.panel, number=one.piece.number)
    assert kept <= set(Assignment.objects.values_list("pk", flat=True))
    readers = Assignment.objects.filter(piece=one.piece).values_list("seat__person", flat=True)
    assert set(readers) == {person.pk for person in reading.reviewers[1:]}
    assert len(json.loads(bytes(Run.objects.order_by("-pk")[0].inputs))["wanted"]) < 4


def test_where_there_is_much_to_weigh_the_worker_assigns_and_the_page_says_so(
    inviting: Inviting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stoa.review.tasks.WAITED_FOR", 1)
    keeper, path = browser(inviting.cast.steward), f"/reviews/{inviting.panel.pk}"
    answer = keeper.post(f"{path}/panel/assign", {}, follow=True).content.decode()
    assert "Reviewers are being assigned" in answer
    assert "<button>Assign reviewers" not in answer
    over = keeper.post(f"/api/v1/panels/{inviting.panel.pk}/assignment")
    assert (over.status_code, over.json()["state"]) == (202, "waiting")
    assert do_errands() == 1
    assert Assignment.objects.count() == 8
    assert "Reviewers are assigned." in keeper.get(f"{path}/panel").content.decode()
    asked = browser(inviting.reviewers[0]).post(f"/api/v1/panels/{inviting.panel.pk}/assignment")
    assert asked.status_code == 403


def test_conflicts_are_found_before_anybody_is_asked(inviting: Inviting) -> None:
    house = Organisation.objects.create(name="ETH")
    one, other = inviting.reviewers[:2]
    Tie.objects.create(person=one, organisation=house, kind="employment", start=date(2020, 1, 1))
    authors = [Author([f"person:{other.pk}"], [(f"organisation:{house.pk}", "2020-01-01", None)])]

    fifth = _put(inviting, Put("application", "x1", "Fifth", "Text.", authors))
    found = set(Conflict.objects.values_list("seat__person", "piece__number", "kind"))
    assert found == {(one.pk, fifth, "organisation"), (other.pk, fifth, "self")}
    acts.run_assignment(inviting.steward, panel=inviting.panel)
    readers = set(Assignment.objects.filter(piece__number=fifth).values_list("seat__person", flat=True))
    assert readers == {inviting.reviewers[2].pk}
    assert Run.objects.get().missing == 1


def test_a_tie_is_declared_by_name_by_orcid_or_by_id_and_found_as_a_conflict(inviting: Inviting) -> None:
    authors = {
        "by name": Author(["person:a", "name:ana muller"]),
        "by iD": Author(["orcid:0000-0002-1825-0097"]),
        "by id": Author([f"person:{inviting.cast.stranger.pk}"]),
        "nobody's": Author(["person:b", "name:ana millar"]),
    }
    numbers = {one: _put(inviting, Put("text", one, one, "Text.", [known])) for one, known in authors.items()}
    person = inviting.reviewers[0]
    Seat.objects.filter(person=person).update(state=Seat.State.INVITED)
    form = {"load": "4", "work": "", "ties": f"Müller, Ana\n 0000-0002-1825-0097 \n\n{inviting.cast.stranger.pk}"}
    desk = f"/reviews/{inviting.panel.pk}"
    assert browser(person).post(f"{desk}/answer", form).status_code == 302
    found = set(Conflict.objects.filter(seat__person=person).values_list("piece__number", "kind"))
    assert found == {(numbers[one], "tie") for one in ("by name", "by iD", "by id")}
    browser(person).post(f"{desk}/answer", {"decline": "yes"})
    assert "Müller, Ana" in browser(person).get(desk).content.decode()


def test_whom_to_invite_is_chosen_by_name_with_what_they_could_not_read(inviting: Inviting) -> None:
    path, steward = f"/reviews/{inviting.panel.pk}/panel/invite", browser(inviting.cast.steward)
    newcomer = people.admit(OPERATOR, name="Zoe Newcomer", email="zoe@example.net", roles=[])
    one = inviting.cast.members[0]
    Person.objects.filter(pk=one.pk).update(name="Álva Quist", sort_name="alva quist")
    _put(inviting, Put("text", "x", "Fifth", "Text.", [Author([f"person:{one.pk}"])]))
    page = steward.get(path, {"q": "alva"}).content.decode()
    assert (f'value="{one.pk}" form="invite"' in page, newcomer.pk in page) == (True, False)
    assert "Zoe Newcomer" not in steward.get(path, {"q": "zoe"}).content.decode()
    told = b"".join(steward.get(path, {"q": "alva", "as": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert told.splitlines()[1:] == ["Álva Quist,1,"]
    nobody = steward.post(path, {"load": 2})
    assert (nobody.status_code, "Choose somebody of the list." in nobody.content.decode()) == (422, True)
    unclear = steward.post(f"{path}?q=alva", {"load": 0, "person": one.pk})
    assert (unclear.status_code, f'value="{one.pk}" form="invite" checked' in unclear.content.decode()) == (422, True)
    assert (
        steward.post(path, {"load": 2, "person": one.pk}).headers["Location"] == f"/reviews/{inviting.panel.pk}/panel"
    )
    assert Seat.objects.get(person=one).load == 2
    assert f'value="{one.pk}" form="invite"' not in steward.get(path, {"q": "alva"}).content.decode()
    again = steward.post(path, {"load": 2, "person": one.pk})
    assert (again.status_code, "was invited already" in again.content.decode()) == (422, True)
    assert [browser(person).get(path).status_code for person in inviting.reviewers] == [404] * 3


def test_a_declared_conflict_gives_the_piece_to_somebody_else_at_once(reading: Reading) -> None:
    one, other = reading.pair()
    person = one.seat.person
    assert acts.declare_conflict(acting(person), panel=reading.panel, number=one.piece.number)
    readers = set(Assignment.objects.filter(piece=one.piece).values_list("seat__person", flat=True))
    assert readers == {p.pk for p in reading.reviewers} - {person.pk}
    assert other.seat.person_id in readers
    assert browser(person).get(f"/reviews/{reading.panel.pk}/of/{one.piece.number}").status_code == 404


def _how_far(panel: Panel) -> dict[int, tuple[int, int, int]]:
    rows = queries.seats(panel).values_list("pk", "to_read", "given", "barred")
    return {pk: (to_read, given, barred) for pk, to_read, given, barred in rows}


def test_whoever_keeps_the_panel_sees_how_much_each_reads_whatever_their_conflicts(shared: Shared) -> None:
    before = _how_far(shared.panel)
    seat = Seat.objects.get(person=shared.reviewers[0])
    for piece in Piece.objects.exclude(assignments__seat=seat):
        Conflict.objects.create(seat=seat, piece=piece, kind="tie", source=Conflict.Source.FOUND)
        Conflict.objects.create(seat=seat, piece=piece, kind="works", source=Conflict.Source.FOUND)
    barred = seat.conflicts.count()
    assert barred > 1
    after = _how_far(shared.panel)
    assert after == before | {seat.pk: (*before[seat.pk][:2], barred)}


def test_who_leaves_hands_on_what_is_unread_and_keeps_what_was_given(reading: Reading) -> None:
    person = reading.reviewers[0]
    given = reading.own(person)
    acts.give_review(acting(person), assignment=given, said=SAID)
    acts.decline(acting(person), seat=Seat.objects.get(person=person))
    assert list(Assignment.objects.filter(seat__person=person)) == [given]
    assert {piece.assignments.count() for piece in Piece.objects.all()} == {2}


def test_less_load_hands_on_what_is_too_much(reading: Reading) -> None:
    seat = Seat.objects.get(person=reading.reviewers[0])
    acts.lighten(reading.steward, seat=seat, load=1)
    assert seat.assignments.count() == 1


def test_the_page_of_a_panel_lists_a_conflict_that_a_reviewer_declared(reading: Reading) -> None:
    one, *_ = reading.reviewers
    held = Assignment.objects.filter(seat__person=one).select_related("piece")[0]
    acts.declare_conflict(acting(one), panel=reading.panel, number=held.piece.number)
    answer = browser(reading.cast.steward).get(f"/reviews/{reading.panel.pk}/panel")
    assert answer.status_code == 200
    assert "said so" in answer.content.decode()
