"""First posts that wait, appeals, complaints, looks, and what people put away for themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stoa.charter.acts import put_in_force
from stoa.charter.queries import in_force
from stoa.forum import acts
from stoa.forum.models import Appeal, Case, Hidden, Mute, Post, Report
from stoa.forum.queries.moderation import cases_for_operator, cases_waiting, decisions_about
from stoa.kit import clock
from stoa.kit.act import OPERATOR, VISITOR
from stoa.kit.faults import Closed, Invalid, Refused
from stoa.kit.models import Mail
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.people.queries import looks_at
from stoa.record.models import Entry, Sealed
from tests.forum.moderating import Forum, end_scrutiny, handling, last_entry, mailed, state
from tests.stage import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum() -> Forum:
    return Forum()


# First posts of new accounts


@pytest.fixture
def holding() -> None:
    """A charter under which the first two pieces of a new account wait."""
    charter = in_force()
    assert charter is not None
    put_in_force(OPERATOR, text=charter.text.replace("first_posts_held = 0", "first_posts_held = 2"))


def test_first_posts_wait_until_they_are_let_through(forum: Forum, holding: None) -> None:
    first, second = forum.post(forum.author, "One"), forum.post(forum.author, "Two")
    assert (state(first), state(second)) == ("held", "held")
    for post in (first, second):
        before = Entry.objects.count()
        acts.release(acting(forum.steward), case=Case.objects.get(subject=post.reference))
        assert Entry.objects.count() == before + 1
        assert last_entry()[0] == "forum.moderation.released"
    assert (state(first), state(second), state(forum.post(forum.author, "Three"))) == ("standing",) * 3
    assert mailed("moderation-released") == ["member-1@example.org"] * 2


def test_those_who_keep_order_and_older_accounts_do_not_wait(forum: Forum, holding: None) -> None:
    assert state(forum.post(forum.steward)) == "standing"
    with clock.travel(clock.now() + timedelta(days=91)):
        assert state(forum.post(forum.author)) == "standing"


def test_a_first_post_that_is_removed_does_not_count_as_let_through(forum: Forum, holding: None) -> None:
    forum.removed(forum.post(forum.author, "One"))
    for text in ("Two", "Three"):
        case = Case.objects.get(subject=forum.post(forum.author, text).reference)
        acts.release(acting(forum.steward), case=case)
    assert state(forum.post(forum.author, "Four")) == "standing"


def test_what_waits_is_let_through_or_removed_not_left(forum: Forum, holding: None) -> None:
    case = Case.objects.get(subject=forum.post(forum.author).reference)
    with pytest.raises(Invalid, match="ends in another way"):
        acts.leave(acting(forum.steward), case=case)
    other = forum.reported(forum.post(forum.steward))
    with pytest.raises(Closed, match="does not wait"):
        acts.release(acting(forum.scrutineers[0]), case=other)


# Appeals


def appealed(forum: Forum, post: Post | None = None) -> Case:
    case = forum.removed(post or forum.post(forum.author))
    acts.appeal(acting(forum.author), case=case, words="It sells nothing.")
    return case


def test_an_appeal_leaves_no_entry_and_goes_to_those_who_did_not_decide(forum: Forum) -> None:
    before = Entry.objects.count()
    case = appealed(forum)
    assert Entry.objects.count() == before + 2  # the post and its removal
    assert handling(forum) == ["Founder", "Scrutineer", "Second scrutineer", "Second steward"]
    with pytest.raises(Refused, match="You took this decision") as caught:
        acts.decide_appeal(acting(forum.steward), case=case, reverse=False)
    assert caught.value.code == "own-decision"
    with pytest.raises(Closed, match="An appeal against this waits"):
        acts.restore(acting(forum.steward), case=case)


def test_those_who_reported_it_do_not_decide_the_appeal(forum: Forum) -> None:
    post = forum.post(forum.author)
    forum.reported(post, forum.founder)
    appealed(forum, post)
    assert handling(forum) == ["Scrutineer", "Second scrutineer", "Second steward"]


@pytest.mark.parametrize(
    ("reverse", "outcome", "stands"), [(True, "reversed", "standing"), (False, "upheld", "removed")]
)
def test_the_outcome_of_an_appeal_is_public_by_code(forum: Forum, reverse: bool, outcome: str, stands: str) -> None:
    post = forum.post(forum.author)
    case = appealed(forum, post)
    acts.decide_appeal(acting(forum.scrutineers[0]), case=case, reverse=reverse, words="I looked again.")
    assert last_entry() == (
        "forum.moderation.appeal_decided",
        "forum.appeal.decide",
        f"person:{forum.scrutineers[0].pk}",
        "scrutineer",
        post.reference,
        {"piece": post.reference, "reason": "spam", "outcome": outcome},
    )
    made = Appeal.objects.get()
    assert (made.outcome, made.answer, made.decided_by, state(post)) == (
        (outcome, "I looked again.", forum.scrutineers[0], stands)
    )
    (mail,) = Mail.objects.filter(kind=f"appeal-{outcome}")
    assert (mail.to, "I looked" in mail.body, "[[" in mail.body) == ("member-1@example.org", False, False)
    with pytest.raises(Closed, match="No appeal waits"):
        acts.decide_appeal(acting(forum.founder), case=case, reverse=True)
    with pytest.raises(Closed):
        acts.appeal(acting(forum.author), case=case, words="Once more.")


def test_only_its_author_appeals_once_with_words_and_in_time(forum: Forum) -> None:
    case = forum.removed(forum.post(forum.author))
    for person in (forum.member, forum.steward, forum.founder):
        with pytest.raises(Refused):
            acts.appeal(acting(person), case=case, words="No.")
    with pytest.raises(Invalid, match="You have not said why"):
        acts.appeal(acting(forum.author), case=case, words=" \0\n ")
    with clock.travel(clock.now() + timedelta(days=14)), pytest.raises(Closed, match="The time for an appeal ended"):
        acts.appeal(acting(forum.author), case=case, words="Late.")
    with clock.travel(clock.now() + timedelta(days=13, hours=23)):
        acts.appeal(acting(forum.author), case=case, words="In time.")
        with pytest.raises(Closed, match="You have appealed against this once"):
            acts.appeal(acting(forum.author), case=case, words="Again.")


def test_where_one_steward_is_all_there_is_the_appeal_is_the_operators(forum: Forum) -> None:
    end_scrutiny(forum)
    people.end_role(OPERATOR, person=forum.second_steward, role="steward")
    people.end_role(OPERATOR, person=forum.founder, role="founder")
    case = appealed(forum)
    assert (handling(forum), cases_for_operator()) == ([], [case])
    acts.decide_appeal(OPERATOR, case=case, reverse=True)
    assert last_entry()[2:4] == ("operator", "operator")


# Complaints


def complaint(forum: Forum, about: Person) -> Case:
    acts.report(acting(forum.member), reference=f"person:{about.pk}", reason="unwanted-attention", words="At night.")
    return Case.objects.get(subject=f"person:{about.pk}", decided=None)


def test_a_complaint_about_a_member_is_the_stewards_and_about_a_steward_is_not(forum: Forum) -> None:
    complaint(forum, forum.author)
    assert handling(forum) == ["Founder", "Second steward", "Steward"]
    complaint(forum, forum.steward)
    assert [len(cases_waiting(p.pk)) for p in (forum.steward, forum.second_steward, forum.founder)] == [1, 1, 1]
    assert [len(cases_waiting(p.pk)) for p in forum.scrutineers] == [1, 1]


def test_a_complaint_is_settled_under_seal(forum: Forum) -> None:
    case = complaint(forum, forum.steward)
    before = Entry.objects.count()
    acts.settle(acting(forum.scrutineers[0]), case=case, upheld=False, words="We asked both.")
    assert (Entry.objects.count(), Sealed.objects.get().entry_type) == (before, "forum.complaint.settled")
    assert (decisions_about(forum.steward.pk), mailed("complaint-upheld")) == ([], [])
    assert mailed("report-decided") == ["member-2@example.org"]


def test_whom_a_complaint_is_about_is_told_once_it_is_upheld(forum: Forum) -> None:
    case = complaint(forum, forum.steward)
    with pytest.raises(Invalid, match="none of the reasons"):
        acts.settle(acting(forum.scrutineers[0]), case=case, upheld=True, reason="duplicate")
    acts.settle(acting(forum.scrutineers[0]), case=case, upheld=True, reason="unwanted-attention", words="Stop it.")
    assert [own.reason for own in decisions_about(forum.steward.pk)] == ["unwanted attention"]
    assert mailed("complaint-upheld") == ["steward@example.org"]


def test_a_complaint_is_settled_and_a_piece_is_not(forum: Forum) -> None:
    with pytest.raises(Invalid, match="ends in another way"):
        acts.leave(acting(forum.steward), case=complaint(forum, forum.author))
    with pytest.raises(Invalid, match="no complaint"):
        acts.settle(acting(forum.steward), case=forum.reported(forum.post(forum.author)), upheld=True, reason="spam")


# Looks


def test_a_look_at_reports_is_noted_for_those_who_made_them_and_for_nobody_else(forum: Forum) -> None:
    case = forum.reported(forum.post(forum.author), forum.member, forum.associate)
    acts.read_reports(acting(forum.steward), case=case)
    for person in (forum.member, forum.associate):
        (look,) = looks_at(person.pk)
        assert (look.by, look.what) == (f"person:{forum.steward.pk}", f"your report of {clock.now():%Y-%m-%d}")
    assert looks_at(forum.author.pk) == []


# For oneself


def test_hiding_and_muting_are_ones_own_and_leave_no_entry(forum: Forum) -> None:
    post, me = forum.post(forum.author), forum.member
    before = Entry.objects.count(), Sealed.objects.count(), Mail.objects.count()
    for _ in range(2):
        acts.hide(acting(me), person=me, reference=post.reference)
        acts.mute(acting(me), person=me, muted=forum.author)
    assert (Hidden.objects.count(), Mute.objects.count()) == (1, 1)
    with pytest.raises(Invalid, match="can’t mute yourself"):
        acts.mute(acting(me), person=me, muted=me)
    for reference in ("post:99999", f"round:{forum.place.pk}", "x"):
        with pytest.raises(Invalid, match="nothing here to hide"):
            acts.hide(acting(me), person=me, reference=reference)
    for deed in (
        lambda actor: acts.hide(actor, person=me, reference=post.reference),
        lambda actor: acts.show_again(actor, person=me, reference=post.reference),
        lambda actor: acts.mute(actor, person=me, muted=forum.author),
        lambda actor: acts.unmute(actor, person=me, muted=forum.author),
    ):
        for actor in (acting(forum.steward), VISITOR, OPERATOR):
            with pytest.raises(Refused):
                deed(actor)
    acts.show_again(acting(me), person=me, reference=post.reference)
    acts.unmute(acting(me), person=me, muted=forum.author)
    assert not Hidden.objects.exists()
    assert not Mute.objects.exists()
    assert (Entry.objects.count(), Sealed.objects.count(), Mail.objects.count()) == before


def test_erasing_somebody_destroys_their_words_and_keeps_what_was_decided(forum: Forum) -> None:
    post = forum.post(forum.author)
    forum.reported(post, forum.member)
    case = appealed(forum, post)
    acts.mute(acting(forum.member), person=forum.member, muted=forum.author)
    for person in (forum.member, forum.author):
        people.erase(acting(person), person=person)
    case.refresh_from_db()
    assert (case.outcome, case.text, case.words, case.appeal.words) == ("removed", "", "", "")
    assert list(Report.objects.values_list("reason", "words")) == [("personal-attack", "")]
    assert not Mute.objects.exists()
