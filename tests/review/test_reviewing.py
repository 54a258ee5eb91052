"""Reviews of a panel: blind until one's own is given, summed up at the end, and who may see what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stoa.kit import clock
from stoa.kit.act import OPERATOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Mail
from stoa.methods.canonical import parse_object
from stoa.methods.conflicts import KINDS
from stoa.people import acts as people
from stoa.record.models import Entry
from stoa.review import acts, queries
from stoa.review.acts.reading import Said
from stoa.review.models import Assignment, Conflict, Panel, Piece, Remark, Review, Seat
from stoa.review.tasks import remind
from tests.cast import browser
from tests.review.panels import SAID, Inviting, Reading
from tests.stage import acting, at

pytestmark = pytest.mark.django_db


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


def test_others_find_no_panel_page_and_no_desk(reading: Reading) -> None:
    for person in (reading.cast.stranger, reading.cast.members[0], reading.cast.facilitator):
        client = browser(person)
        for path in ("", "/panel", "/sheet", "/print", "/of/1"):
            assert client.get(f"/reviews/{reading.panel.pk}{path}").status_code == 404, path
        for path in ("pieces", "seats", "conflicts", "assignment", "outlook", "summary"):
            assert client.get(f"/api/v1/panels/{reading.panel.pk}/{path}").status_code == 404, path


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
