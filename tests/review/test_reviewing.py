"""A panel from its opening to its end: conflicts first, the best assignment, blind reviews, and who may see what."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.test import Client

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.faults import Conflict as Clash
from stoa.kit.models import Mail
from stoa.methods.canonical import parse_object
from stoa.methods.conflicts import KINDS
from stoa.people import acts as people
from stoa.people.models import Organisation, Person, Tie
from stoa.record.models import Blob, Entry
from stoa.review import acts, queries
from stoa.review.acts.panels import Author, Criterion, Example, Put
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment, Conflict, Panel, Piece, Remark, Review, Run, Seat
from stoa.review.printing import as_pdf, blocks
from stoa.review.tasks import remind
from stoa.verify.assignment import check_assignment
from tests.cast import BACKEND, Cast, browser
from tests.errands import do_errands
from tests.scenes import Scene
from tests.stage import acting, at

pytestmark = pytest.mark.django_db
FIT = Criterion("fit", "Fit", "How well it fits.", [Example(2, "Hardly."), Example(5, "Wholly.")])
SAID = Said({"fit": 4}, "For the panel MARK.", "For the author MARK.")


class Reading(Scene):
    """A panel of three reviewers for four texts, two reviews each, assigned; the fourth member is on no panel."""

    assigned = True
    load = 4

    def set(self) -> None:
        self.cast = Cast()
        self.cast.admit(5)
        self.steward = acting(self.cast.steward)
        self.reviewers: list[Person] = self.cast.members[-3:]
        deadline = clock.now() + timedelta(days=10)
        self.panel = acts.set_up_panel(self.steward, title="Prize", criteria=[FIT], deadline=deadline, reviews_each=2)
        for n in range(1, 5):
            acts.put_piece(self.steward, panel=self.panel, title=f"Text {n}", text=f"On subject {n}.")
        for person in self.reviewers:
            seat = acts.invite(self.steward, panel=self.panel, person=person, load=self.load)
            acts.accept(acting(person), seat=seat, load=self.load, work="On subject 1.")
        if self.assigned:
            acts.run_assignment(self.steward, panel=self.panel)
        self.panel.refresh_from_db()

    def own(self, person: Person) -> Assignment:
        """What this reviewer reads first."""
        assignment = queries.desk(self.panel, person.pk).next
        assert assignment is not None
        return assignment

    def pair(self) -> tuple[Assignment, Assignment]:
        """Two reviewers' assignments of one piece."""
        piece = Piece.objects.filter(assignments__isnull=False).order_by("number")[0]
        one, other = Assignment.objects.filter(piece=piece).select_related("seat__person", "piece").order_by("pk")
        return one, other


@pytest.fixture
def reading() -> Reading:
    return Reading()


class Inviting(Reading):
    """The same before reviewers are assigned."""

    assigned = False


class Shared(Reading):
    """The same with loads that leave each reviewer two texts at least."""

    load = 3


@pytest.fixture
def shared() -> Shared:
    return Shared()


@pytest.fixture
def inviting() -> Inviting:
    return Inviting()


def test_an_assignment_is_whole_proved_and_on_the_record_without_names(reading: Reading) -> None:
    run = Run.objects.get()
    assert (run.pairs, run.missing, Assignment.objects.count()) == (8, 0, 8)
    check_assignment(json.loads(bytes(run.inputs)), json.loads(bytes(run.result)))
    entry = Entry.objects.get(type="review.assigned")
    facts = parse_object(bytes(entry.body))["facts"]
    assert isinstance(facts, dict)
    assert facts["inputs"] == run.inputs_digest
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


def _put(scene: Reading, put: Put) -> int:
    from stoa.kit import act as kit_act

    mark = kit_act._current.set(kit_act.Acting("test", "private", scene.steward, kit_act.Grant("steward", 1)))
    try:
        return acts.put_before(scene.panel, [put])
    finally:
        kit_act._current.reset(mark)


def test_nobody_reads_anothers_review_before_giving_their_own(reading: Reading) -> None:
    one, other = reading.pair()
    number = one.piece.number
    acts.give_review(acting(one.seat.person), assignment=one, said=SAID)
    pages = [
        f"/reviews/{reading.panel.pk}/of/{number}",
        f"/reviews/{reading.panel.pk}",
        f"/reviews/{reading.panel.pk}/print",
    ]
    calls = [f"/api/v1/reviews/{reading.panel.pk}/pieces/{number}/{what}" for what in ("others", "remarks")]
    client = browser(other.seat.person)
    before = [client.get(path).content.decode() for path in (*pages, *calls)]
    assert [text for text in before if "MARK" in text] == []
    with pytest.raises(Refused):
        acts.write_remark(acting(other.seat.person), panel=reading.panel, number=number, body="Early.")
    acts.give_review(acting(other.seat.person), assignment=other, said=Said({"fit": 2}, "", "No."))
    after = client.get(pages[0]).content.decode()
    assert "For the panel MARK." in after
    assert one.seat.person.name not in after


def test_nothing_is_said_of_a_text_that_was_withdrawn(reading: Reading) -> None:
    one, other = reading.pair()
    number = one.piece.number
    acts.give_review(acting(one.seat.person), assignment=one, said=SAID)
    acts.write_remark(acting(one.seat.person), panel=reading.panel, number=number, body="Said in time.")
    acts.take_piece(reading.steward, panel=reading.panel, number=number)
    with pytest.raises(Closed, match="was withdrawn"):
        acts.write_remark(acting(one.seat.person), panel=reading.panel, number=number, body="Said too late.")
    with pytest.raises(Refused):  # who had not said anything of it is told the same as ever
        acts.write_remark(acting(reading.cast.members[0]), panel=reading.panel, number=number, body="Not mine.")
    assert not Remark.objects.exists()
    assert other.seat.person != one.seat.person


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
    assert (
        steward.post(path, {"load": 2, "person": one.pk}).headers["Location"] == f"/reviews/{inviting.panel.pk}/panel"
    )
    assert Seat.objects.get(person=one).load == 2
    assert f'value="{one.pk}" form="invite"' not in steward.get(path, {"q": "alva"}).content.decode()
    again = steward.post(path, {"load": 2, "person": one.pk})
    assert (again.status_code, "was invited already" in again.content.decode()) == (422, True)
    assert [browser(person).get(path).status_code for person in inviting.reviewers] == [404] * 3


def test_scores_stand_once_anothers_could_be_seen_and_texts_can_still_change(reading: Reading) -> None:
    one, other = reading.pair()
    first, later = Said({"fit": 2}, "", "Well."), Said({"fit": 3}, "", "Better than I thought.")
    acts.give_review(acting(one.seat.person), assignment=one, said=first)
    acts.give_review(acting(one.seat.person), assignment=one, said=later)
    acts.give_review(acting(other.seat.person), assignment=other, said=SAID)
    with pytest.raises(Closed, match="your scores stand"):
        acts.give_review(acting(one.seat.person), assignment=one, said=first)
    acts.give_review(acting(one.seat.person), assignment=one, said=Said({"fit": 3}, "", "Said better."))
    assert Review.objects.get(assignment=one).for_author == "Said better."


def test_who_keeps_a_panel_and_is_asked_to_read_with_it_sees_no_scores_before(reading: Reading) -> None:
    assert queries.may_read_all(reading.panel, reading.cast.steward.pk)
    acts.invite(reading.steward, panel=reading.panel, person=reading.cast.steward, load=4)
    assert not queries.may_read_all(reading.panel, reading.cast.steward.pk)


def test_who_abstains_sees_the_others_and_can_not_come_back(reading: Reading) -> None:
    one, other = reading.pair()
    acts.give_review(acting(one.seat.person), assignment=one, said=SAID)
    with pytest.raises(Invalid):
        acts.abstain(acting(other.seat.person), assignment=other, reason=" ")
    acts.abstain(acting(other.seat.person), assignment=other, reason="I know the author.")
    other.refresh_from_db()
    assert [row.review.for_panel for row in queries.others(reading.panel, other)] == [SAID.for_panel]
    with pytest.raises(Closed):
        acts.give_review(acting(other.seat.person), assignment=other, said=SAID)


@pytest.mark.parametrize(
    "said",
    [
        Said({}, "", "Text."),
        Said({"fit": 6}, "", "Text."),
        Said({"fit": 0}, "", "Text."),
        Said({"other": 3, "fit": 3}, "", "Text."),
        Said({"fit": 3}, "", " "),
        Said({"fit": 3}, "", "x" * 20_001),
    ],
)
def test_a_review_that_is_none_is_refused_whole(reading: Reading, said: Said) -> None:
    one = reading.own(reading.reviewers[0])
    with pytest.raises(Invalid):
        acts.give_review(acting(reading.reviewers[0]), assignment=one, said=said)
    assert Review.objects.count() == 0


def test_a_reviewer_gives_nothing_in_anothers_place(reading: Reading) -> None:
    one = reading.own(reading.reviewers[0])
    for stranger in (reading.reviewers[1], reading.cast.stranger, reading.cast.steward):
        with pytest.raises(Refused):
            acts.give_review(acting(stranger), assignment=one, said=SAID)


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


def test_the_discussion_and_the_end_are_on_the_record_in_numbers(reading: Reading) -> None:
    one = reading.own(reading.reviewers[0])
    acts.give_review(acting(reading.reviewers[0]), assignment=one, said=SAID)
    acts.begin_discussion(reading.steward, panel=reading.panel)
    with pytest.raises(Closed):
        acts.give_review(acting(reading.reviewers[0]), assignment=one, said=Said({"fit": 1}, "", "Changed."))
    acts.close_panel(reading.steward, panel=reading.panel)
    entry = Entry.objects.get(type="review.panel_done")
    assert parse_object(bytes(entry.body))["facts"] == {
        "panel": str(reading.panel.pk),
        "given": 1,
        "abstained": 0,
        "missing": 7,
    }
    late = reading.own(reading.reviewers[1])
    with pytest.raises(Closed):
        acts.give_review(acting(reading.reviewers[1]), assignment=late, said=SAID)


def test_the_summary_says_what_each_piece_got(reading: Reading) -> None:
    one, other = reading.pair()
    acts.give_review(acting(one.seat.person), assignment=one, said=SAID)
    acts.give_review(acting(other.seat.person), assignment=other, said=Said({"fit": 1}, "", "No."))
    row = next(
        row
        for row in queries.summed(reading.panel, list(queries.read_by(reading.panel)))
        if row.number == one.piece.number
    )
    assert (row.reviews, row.missing, row.mean, row.by_criterion) == (2, 0, 250, {"fit": 250})
    assert sorted(row.for_author) == ["For the author MARK.", "No."]


def test_who_keeps_the_panel_and_reviews_on_it_stays_blind_too(inviting: Inviting) -> None:
    seat = acts.invite(inviting.steward, panel=inviting.panel, person=inviting.cast.steward, load=4)
    acts.accept(inviting.steward, seat=seat, load=4)
    Seat.objects.exclude(pk=seat.pk).update(load=2)  # so that two of the eight reviews are the steward's
    acts.run_assignment(inviting.steward, panel=inviting.panel)
    keeper = browser(inviting.cast.steward)
    assert "You have reviews of your own to give" in keeper.get(f"/reviews/{inviting.panel.pk}/panel").content.decode()
    assert keeper.get(f"/api/v1/panels/{inviting.panel.pk}/summary").status_code == 409


def test_a_sheet_goes_out_and_comes_back_as_drafts(reading: Reading) -> None:
    person = reading.reviewers[0]
    client = browser(person)
    path = f"/reviews/{reading.panel.pk}/sheet"
    sheet = json.loads(client.get(path).content)
    sheet["pieces"][0] |= {"scores": {"fit": 3}, "for_author": "Written on a train."}
    answer = client.post(path, {"sheet": SimpleUploadedFile("s.json", json.dumps(sheet).encode())})
    assert answer.status_code == 302
    assert Review.objects.get().for_author == "Written on a train."
    assert Review.objects.get().given is None


def test_a_sheet_is_refused_whole_where_one_wrote_here_since(reading: Reading) -> None:
    person = reading.reviewers[0]
    sheet = queries.sheet(reading.panel, person.pk)
    for piece in sheet["pieces"]:
        piece |= {"for_author": "Written on a train."}
    acts.save_draft(acting(person), assignment=reading.own(person), said=SAID)
    number = reading.own(person).piece.number
    with pytest.raises(Clash, match=f"Your review of {number} was saved elsewhere"):
        acts.take_sheet(acting(person), panel=reading.panel, sheet=json.dumps(sheet).encode())
    assert list(Review.objects.values_list("for_author", "version")) == [(SAID.for_author, 1)]
    again = queries.sheet(reading.panel, person.pk)
    again["pieces"][0] |= {"for_author": "Brought together."}
    acts.take_sheet(acting(person), panel=reading.panel, sheet=json.dumps(again).encode())
    assert Review.objects.get(assignment=reading.own(person)).for_author == "Brought together."


def test_a_form_that_saves_itself_is_told_how_it_went(shared: Shared) -> None:
    person = shared.reviewers[0]
    path = f"/reviews/{shared.panel.pk}/of/{shared.own(person).piece.number}"
    client = Client(headers={"X-Autosave": "1"})
    client.force_login(person, backend=BACKEND)
    answers = [
        client.post(f"{path}/draft", {"for_author": words, "version": version})
        for words, version in (("One.", ""), ("Two.", "1"), ("Of another tab.", "1"), ("x" * 20_001, "2"))
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 409, 422]
    assert [answer.json().get("fields") for answer in answers] == [{"version": 1}, {"version": 2}, None, None]
    assert "saved elsewhere meanwhile" in answers[2].json()["message"]
    assert Review.objects.get().for_author == "Two."
    assert "Kept. Nobody else sees it." not in client.get(path).content.decode()


def test_two_tabs_are_brought_together_and_neither_is_lost(shared: Shared) -> None:
    person = shared.reviewers[0]
    first = shared.own(person)
    path = f"/reviews/{shared.panel.pk}/of/{first.piece.number}"
    client = browser(person)
    acts.save_draft(acting(person), assignment=first, said=Said({"fit": 2}, "", "Of the other tab."))
    for address in (f"{path}/draft", path):
        answer = client.post(address, {"score_fit": "4", "for_author": "Of this tab.", "version": "0"})
        text = answer.content.decode()
        assert answer.status_code == 409
        assert [words in text for words in ("Of the other tab.", "Of this tab.")] == [True, True]
        assert answer.context["form"]["version"].value() == "1"
    assert Review.objects.get().for_author == "Of the other tab."
    client.post(path, {"score_fit": "4", "for_author": "Of this tab.", "version": "1"})
    assert Review.objects.get().for_author == "Of this tab."


def test_a_review_that_is_given_does_not_save_itself(shared: Shared) -> None:
    person = shared.reviewers[0]
    first = shared.own(person)
    path = f"/reviews/{shared.panel.pk}/of/{first.piece.number}"
    client = browser(person)
    assert "data-autosave" in client.get(path).content.decode()
    acts.give_review(acting(person), assignment=first, said=SAID)
    assert "data-autosave" not in client.get(path).content.decode()


def test_others_scores_stand_under_the_titles_of_their_criteria(reading: Reading) -> None:
    one, other = reading.pair()
    for assignment in (one, other):
        acts.give_review(acting(assignment.seat.person), assignment=assignment, said=SAID)
    text = browser(one.seat.person).get(f"/reviews/{reading.panel.pk}/of/{one.piece.number}").content.decode()
    assert "<p>Fit: 4</p>" in text


@pytest.mark.parametrize(
    "wrong", [b"", b"[]", b"{}", b"\xff", b'{"format": "stoa review sheet v1", "panel": 999, "pieces": []}']
)
def test_a_sheet_that_is_none_keeps_nothing(reading: Reading, wrong: bytes) -> None:
    with pytest.raises(Invalid):
        acts.take_sheet(acting(reading.reviewers[0]), panel=reading.panel, sheet=wrong)
    assert Review.objects.count() == 0


def test_others_find_no_panel_page_and_no_desk(reading: Reading) -> None:
    for person in (reading.cast.stranger, reading.cast.members[0], reading.cast.facilitator):
        client = browser(person)
        for path in ("", "/panel", "/sheet", "/print", "/of/1"):
            assert client.get(f"/reviews/{reading.panel.pk}{path}").status_code == 404, path
        for path in ("pieces", "seats", "conflicts", "assignment", "outlook", "summary"):
            assert client.get(f"/api/v1/panels/{reading.panel.pk}/{path}").status_code == 404, path


def test_a_review_can_be_given_by_form_and_leads_to_the_next(shared: Shared) -> None:
    person = shared.reviewers[0]
    first = shared.own(person)
    client: Client = browser(person)
    path = f"/reviews/{shared.panel.pk}/of/{first.piece.number}"
    assert client.post(path, {"score_fit": "", "for_author": "x"}).status_code == 422
    answer = client.post(path, {"score_fit": "4", "for_author": "Well done.", "for_panel": ""})
    assert answer.status_code == 302
    following = queries.desk(shared.panel, person.pk).next
    assert following is not None
    assert answer["Location"] == f"/reviews/{shared.panel.pk}/of/{following.piece.number}"
    assert "1 of" in client.get(f"/reviews/{shared.panel.pk}").content.decode()


def test_the_keepers_page_foretells_and_offers_remedies(reading: Reading) -> None:
    with at(clock.now() + timedelta(days=8)):
        seen = queries.outlook(reading.panel)
        text = browser(reading.cast.steward).get(f"/reviews/{reading.panel.pk}/panel").content.decode()
    assert seen.remedy is not None
    assert 0 < seen.unread.low <= seen.unread.high == 8
    assert f"invite {seen.remedy.invite} more" in text


def test_erasure_takes_texts_and_leaves_scores(reading: Reading) -> None:
    person = reading.reviewers[0]
    acts.give_review(acting(person), assignment=reading.own(person), said=SAID)
    people.erase(OPERATOR, person=person)
    assert Review.objects.values_list("scores", "for_panel", "for_author").get() == ({"fit": 4}, "", "")


def test_the_deadline_moves_only_later(reading: Reading) -> None:
    with pytest.raises(Invalid):
        acts.extend_panel(reading.steward, panel=reading.panel, deadline=reading.panel.deadline)
    later = reading.panel.deadline + timedelta(days=1)
    assert acts.extend_panel(reading.steward, panel=reading.panel, deadline=later).deadline == later
    assert Panel.objects.get().deadline == later


def test_reviewers_are_mailed_when_asked_when_given_something_and_once_when_it_is_due_soon(reading: Reading) -> None:
    person = reading.reviewers[0]
    told = Mail.objects.filter(to=person.email, kind__startswith="review-").order_by("created", "kind")
    count = Assignment.objects.filter(seat__person=person).count()
    assert [mail.kind for mail in told] == ["review-invited", "review-assigned"]
    what = "1 text" if count == 1 else f"{count} texts"
    assert f"you were given {what} to read" in told[1].body
    assert not any("Text 1" in mail.body or other.name in mail.body for mail in told for other in reading.reviewers[1:])
    for number, before in ((2, timedelta(days=3, minutes=1)), (3, timedelta(days=3)), (3, timedelta(days=1))):
        with at(reading.panel.deadline - before):
            remind()
        assert told.all().count() == number
    assert (told.all()[2].kind, f"{what} for “Prize”".replace("“", '"').replace("”", '"') in told.all()[2].body) == (
        "review-due",
        True,
    )
    with at(reading.panel.deadline - timedelta(days=1)):
        acts.extend_panel(reading.steward, panel=reading.panel, deadline=reading.panel.deadline + timedelta(days=9))
        remind()
    assert told.all().count() == 3
    reading.panel.refresh_from_db()
    with at(reading.panel.deadline - timedelta(days=2)):
        remind()
    assert told.all().count() == 4


def test_a_pdf_holds_what_one_has_to_read_and_is_the_same_each_time(reading: Reading) -> None:
    person = reading.reviewers[0]
    client, path = browser(person), f"/reviews/{reading.panel.pk}/pdf"
    one = client.get(path)
    assert (one["Content-Type"], one.content[:5]) == ("application/pdf", b"%PDF-")
    assert one["Content-Disposition"] == f'attachment; filename="reviews-{reading.panel.pk}.pdf"'
    assert client.get(path).content == one.content
    acts.give_review(acting(person), assignment=reading.own(person), said=SAID)
    assert client.get(path).content != one.content
    for stranger in (reading.cast.stranger, reading.cast.steward):
        assert browser(stranger).get(path).status_code == 404


MARKED = """## Why *now*?

Because #panic() is **not** `x=1` in [this](https://x.example/a).

- one
  1. of one
- two

> quoted

```py
print('#hi')
```

---

\\# Not
$x$
"""


def set_as(block: dict[str, Any]) -> tuple[str, ...]:
    """A block of a text in short: its kind, its mark, and its spans."""
    if "of" not in block:
        return tuple(block.values())
    return block["kind"], block["mark"], "".join(map(span, block["of"]))


def span(one: dict[str, Any]) -> str:
    if "of" in one:
        return f"<{one['kind']} {''.join(map(span, one['of']))}{one['to'] and '|' + one['to']}>"
    return {"text": one.get("text", ""), "code": f"`{one.get('text')}`", "break": "\n"}[one["kind"]]


def test_a_text_is_data_to_the_pdf_and_can_not_make_it_endless() -> None:
    assert [set_as(block) for block in blocks(MARKED)] == [
        ("heading", "", "Why <emphasis now>?"),
        ("text", "", "Because #panic() is <strong not> `x=1` in <link this|https://x.example/a>."),
        ("text", "\u2022 ", "one"),
        ("text", "1. ", "of one"),
        ("text", "\u2022 ", "two"),
        ("text", "", "quoted"),
        ("code", "print('#hi')"),
        ("rule",),
        ("text", "", "# Not\n$x$"),
    ]
    assert [set_as(one) for one in blocks("a\n" * 11, 10)] == [("text", "", " ".join("a" * 11))]
    assert [set_as(one) for one in blocks("## a\n\nb\nc" + " " * 20_000)] == [
        ("text", "", "## a"),
        ("text", "", "b\nc"),
    ]
    sheet: dict[str, Any] = {"title": "Prize", "scale": [1, 5], "criteria": []}
    hostile = '#panic() #read("/etc/passwd") $x$ *b*\n' * 11_000
    sheet["pieces"] = [
        {"number": n, "title": "#panic()", "text": t} for n, t in enumerate((hostile, MARKED, "****\n- "))
    ]
    assert as_pdf(sheet, due="").startswith(b"%PDF-")
    sheet["pieces"] = [{"number": 1, "title": "Long", "text": "x" * 1_000_001}]
    with pytest.raises(Closed):
        as_pdf(sheet, due="")


def test_the_lists_of_a_panel_say_means_and_conflicts_in_words(reading: Reading) -> None:
    for assignment in Assignment.objects.filter(piece__number=1).select_related("piece", "seat__person"):
        acts.give_review(acting(assignment.seat.person), assignment=assignment, said=SAID)
    for number, kind in enumerate(KINDS):
        Conflict.objects.create(
            seat=Seat.objects.all()[number % 3], piece=Piece.objects.all()[number % 4], kind=kind, source="found"
        )
    page = browser(reading.cast.steward).get(f"/reviews/{reading.panel.pk}/panel").content.decode()
    assert "hundredths" not in page
    assert "Mean, of 5" in page
    assert ">4.00<" in page
    for words in ("wrote it", "the same organisation", "wrote with an author", "advised", "declared a tie"):
        assert words in page


def test_the_page_of_a_panel_lists_a_conflict_that_a_reviewer_declared(reading: Reading) -> None:
    one, *_ = reading.reviewers
    held = Assignment.objects.filter(seat__person=one).select_related("piece")[0]
    acts.declare_conflict(acting(one), panel=reading.panel, number=held.piece.number)
    answer = browser(reading.cast.steward).get(f"/reviews/{reading.panel.pk}/panel")
    assert answer.status_code == 200
    assert "said so" in answer.content.decode()


def test_the_desk_says_why_what_its_reviewer_sent_is_not_kept(reading: Reading) -> None:
    one, *_ = reading.reviewers
    path = f"/reviews/{reading.panel.pk}/answer"
    assert browser(one).post(path, {}).status_code == 422
    acts.close_panel(reading.steward, panel=reading.panel)
    refused = browser(one).post(path, {"decline": "yes"})
    assert refused.status_code == 422
    assert "This panel is done." in refused.content.decode()


def test_the_lists_of_a_panel_can_be_narrowed_and_taken_along_and_scores_not_before_ones_own(reading: Reading) -> None:
    keeper, path = browser(reading.cast.steward), f"/reviews/{reading.panel.pk}/panel"
    one, *_ = reading.reviewers

    def lines(**asked: str) -> list[str]:
        answer: Any = keeper.get(path, asked)
        return b"".join(answer.streaming_content).decode().splitlines()

    assert len(lines(reviewers_as="csv")) == 4
    assert lines(reviewers_as="csv", reviewers_q=one.name)[1].startswith(one.name)
    assert lines(conflicts_as="csv") == ["name,number,kind,source,cleared"]
    assert [line.split(",")[0] for line in lines(**{"as": "csv", "number": "3"})] == ["number", "3"]
    assert keeper.get(path, {"number": "x"}).status_code == 200

    seat = acts.invite(reading.steward, panel=reading.panel, person=reading.cast.steward, load=4)
    acts.accept(reading.steward, seat=seat, load=4)
    Assignment.objects.create(seat=seat, piece=Piece.objects.get(number=1))
    assert not getattr(keeper.get(path, {"as": "csv"}), "streaming", False)
    assert browser(one).get(path, {"reviewers_as": "csv"}).status_code == 404
