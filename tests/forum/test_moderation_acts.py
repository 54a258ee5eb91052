"""Reports, decisions and appeals: what each does, who may, and what the record says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from stoa.charter.acts import put_in_force
from stoa.charter.queries import in_force
from stoa.forum import acts
from stoa.forum.models import Appeal, Case, Hidden, Mute, Post, Report
from stoa.forum.queries.moderation import cases_for_operator, cases_waiting, decisions_about
from stoa.kit import clock
from stoa.kit.act import OPERATOR, VISITOR, Actor
from stoa.kit.faults import Closed, Invalid, NeedsSecondFactor, Refused, TooFast
from stoa.kit.models import Mail
from stoa.methods.canonical import parse_object
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.people.queries import looks_at
from stoa.record.models import Entry, Sealed
from tests.forum.moderating import Forum
from tests.stage import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum() -> Forum:
    return Forum()


def state(post: Post) -> str:
    post.refresh_from_db()
    return post.state


def last_entry() -> tuple[str, str, str | None, str | None, str, Any]:
    entry = Entry.objects.latest("pk")
    facts = parse_object(bytes(entry.body))["facts"]
    return entry.type, entry.act, entry.actor, entry.role, entry.subject, facts


def mailed(kind: str) -> list[str]:
    return sorted(Mail.objects.filter(kind=kind).values_list("to", flat=True))


# Reporting


@pytest.mark.parametrize("who", ["member", "associate", "facilitator", "founder"])
def test_whoever_takes_part_reports_and_nothing_of_it_is_on_the_record(forum: Forum, who: str) -> None:
    post = forum.post(forum.author)
    before = Entry.objects.count(), Sealed.objects.count()
    person = getattr(forum, who)
    acts.report(acting(person), reference=post.reference, reason="spam", words=" Look.\r\nHere. ")
    made = Report.objects.get()
    assert (made.reporter, made.reason, made.words) == (person, "spam", "Look.\nHere.")
    assert (made.case.subject, made.case.concerns, made.case.text, made.case.apart) == (
        (post.reference, forum.author, "You fool.", False)
    )
    assert (Entry.objects.count(), Sealed.objects.count()) == before
    assert state(post) == "standing"


def test_others_can_report_nothing(forum: Forum) -> None:
    post = forum.post(forum.author)
    for actor in (acting(forum.stranger), VISITOR, OPERATOR):
        with pytest.raises(Refused):
            acts.report(actor, reference=post.reference, reason="spam")
    assert not Case.objects.exists()


def test_reports_of_one_thing_gather_in_one_case_and_a_second_of_the_same_person_replaces_the_first(
    forum: Forum,
) -> None:
    post = forum.post(forum.author)
    forum.reported(post, forum.member, forum.associate)
    case = forum.reported(post, forum.member, reason="spam")
    assert list(case.reports.order_by("reporter__name").values_list("reporter__name", "reason")) == [
        ("Associate", "personal-attack"),
        ("member-2", "spam"),
    ]


def test_a_report_after_the_decision_begins_a_new_case(forum: Forum) -> None:
    post = forum.post(forum.author)
    first = acts.leave(acting(forum.steward), case=forum.reported(post))
    second = forum.reported(post)
    assert second != first
    assert second.reports.count() == 1


@pytest.mark.parametrize(
    ("reference", "reason", "words", "says"),
    [
        ("post:999999", "spam", "", "nothing here that you can report"),
        ("post:1e9", "spam", "", "nothing here that you can report"),
        ("post:" + "9" * 60, "spam", "", "nothing here that you can report"),
        ("nothing", "spam", "", "nothing here that you can report"),
        ("person:nobody", "spam", "", "nothing here that you can report"),
        ("round:{place}", "spam", "", "nothing here that can be moderated"),
        ("{post}", "because", "", "none of the reasons"),
        ("{post}", "", "", "none of the reasons"),
        ("{post}", "spam", "x" * 2001, "The text has 2001 characters"),
        ("{own}", "spam", "", "This is your own"),
        ("person:{me}", "spam", "", "This is your own"),
        ("person:{author}", "off-topic", "", "none of the reasons"),
    ],
)
def test_what_cannot_be_reported_is_refused_with_the_reason(
    forum: Forum, reference: str, reason: str, words: str, says: str
) -> None:
    names = {
        "post": forum.post(forum.author).reference,
        "own": forum.post(forum.member).reference,
        "place": forum.place.pk,
        "me": forum.member.pk,
        "author": forum.author.pk,
    }
    with pytest.raises(Invalid, match=says):
        acts.report(acting(forum.member), reference=reference.format(**names), reason=reason, words=words)
    assert not Case.objects.exists()


def test_what_is_removed_already_and_who_has_left_cannot_be_reported(forum: Forum) -> None:
    post = forum.post(forum.author)
    forum.removed(post)
    with pytest.raises(Closed, match="not public any more"):
        acts.report(acting(forum.member), reference=post.reference, reason="spam")
    people.erase(acting(forum.author), person=forum.author)
    with pytest.raises(Closed, match="They have left"):
        acts.report(acting(forum.member), reference=f"person:{forum.author.pk}", reason="spam")


def test_twenty_reports_a_day_are_the_most(forum: Forum) -> None:
    posts = [forum.post(forum.steward, f"Text {n}") for n in range(21)]
    for post in posts[:20]:
        acts.report(acting(forum.member), reference=post.reference, reason="spam")
    with pytest.raises(TooFast, match="You have reported 20 times within a day") as caught:
        acts.report(acting(forum.member), reference=posts[20].reference, reason="spam")
    assert caught.value.status == 429
    with clock.travel(clock.now() + timedelta(days=1, seconds=1)):
        acts.report(acting(forum.member), reference=posts[20].reference, reason="spam")
    assert Report.objects.count() == 21


def test_those_who_handle_it_are_told_once_a_day_that_something_waits(forum: Forum) -> None:
    forum.reported(forum.post(forum.author))
    forum.reported(forum.post(forum.author, "Another"))
    keepers = ["founder@example.org", "second-steward@example.org", "steward@example.org"]
    assert mailed("moderation-waiting") == keepers
    with clock.travel(clock.now() + timedelta(days=1, hours=1)):
        forum.reported(forum.post(forum.author, "A third"))
    assert mailed("moderation-waiting") == sorted(keepers * 2)
    assert "You fool" not in "".join(Mail.objects.values_list("body", flat=True))


# Who handles what


def handling(forum: Forum) -> list[str]:
    """Names of those for whom something waits."""
    return sorted(str(person) for person in Person.objects.all() if cases_waiting(person.pk))


def test_stewards_and_founders_handle_what_does_not_concern_them(forum: Forum) -> None:
    forum.reported(forum.post(forum.author))
    assert handling(forum) == ["Founder", "Second steward", "Steward"]


def test_whoever_reported_it_does_not_decide_it(forum: Forum) -> None:
    post = forum.post(forum.author)
    case = forum.reported(post, forum.steward)
    assert handling(forum) == ["Founder", "Second steward"]
    with pytest.raises(Refused, match="not yours"):
        acts.leave(acting(forum.steward), case=case)
    with pytest.raises(Refused, match="not yours"):
        acts.remove(acting(forum.steward), reference=post.reference, reason="spam")
    assert state(post) == "standing"


@pytest.mark.parametrize("who", ["steward", "founder"])
def test_what_a_steward_or_founder_wrote_goes_to_scrutineers_alone(forum: Forum, who: str) -> None:
    case = forum.reported(forum.post(getattr(forum, who)))
    assert (case.apart, handling(forum)) == (True, ["Scrutineer", "Second scrutineer"])
    assert mailed("moderation-waiting") == ["scrutineer@example.org", "second-scrutineer@example.org"]
    for keeper in (forum.steward, forum.second_steward, forum.founder):
        for deed in (acts.leave, acts.read_reports, acts.see_author):
            with pytest.raises(Refused, match="not yours"):
                deed(acting(keeper), case=case)
        with pytest.raises(Refused, match="not yours"):
            acts.remove(acting(keeper), reference=case.subject, reason="spam")
    assert acts.leave(acting(forum.scrutineers[0]), case=case).role == "scrutineer"


def test_what_a_new_steward_wrote_before_is_kept_from_stewards_too(forum: Forum) -> None:
    forum.reported(forum.post(forum.author))
    people.give_role(OPERATOR, person=forum.author, role="steward")
    assert handling(forum) == ["Scrutineer", "Second scrutineer"]


def test_a_case_apart_stays_apart_when_the_office_ends(forum: Forum) -> None:
    case = forum.reported(forum.post(forum.second_steward))
    people.end_role(OPERATOR, person=forum.second_steward, role="steward")
    assert handling(forum) == ["Scrutineer", "Second scrutineer"]
    with pytest.raises(Refused, match="not yours"):
        acts.leave(acting(forum.steward), case=case)


def end_scrutiny(forum: Forum) -> None:
    for person in forum.scrutineers:
        people.end_role(OPERATOR, person=person, role="scrutineer")


def test_without_scrutineers_a_complaint_about_a_steward_goes_to_founders_whom_it_does_not_concern(
    forum: Forum,
) -> None:
    end_scrutiny(forum)
    acts.report(acting(forum.member), reference=f"person:{forum.steward.pk}", reason="unwanted-attention")
    assert handling(forum) == ["Founder"]


def test_without_anybody_else_it_is_the_operators(forum: Forum) -> None:
    end_scrutiny(forum)
    acts.report(acting(forum.member), reference=f"person:{forum.founder.pk}", reason="unwanted-attention")
    case = Case.objects.get()
    assert (handling(forum), cases_for_operator()) == ([], [case])
    settled = acts.settle(OPERATOR, case=case, upheld=True, reason="unwanted-attention")
    assert (settled.decided_by, settled.role) == (None, "operator")


def test_the_operator_decides_nothing_that_somebody_here_can(forum: Forum) -> None:
    case = forum.reported(forum.post(forum.author))
    with pytest.raises(Refused, match="Others here can handle this case"):
        acts.leave(OPERATOR, case=case)
    assert cases_for_operator() == []


def test_where_keepers_are_all_concerned_scrutineers_handle_it(forum: Forum) -> None:
    forum.reported(forum.post(forum.author), forum.steward, forum.second_steward, forum.founder)
    assert handling(forum) == ["Scrutineer", "Second scrutineer"]


DEEDS: dict[str, Callable[[Actor, Case], Any]] = {
    "read": lambda actor, case: acts.read_reports(actor, case=case),
    "see": lambda actor, case: acts.see_author(actor, case=case),
    "leave": lambda actor, case: acts.leave(actor, case=case),
    "remove": lambda actor, case: acts.remove(actor, reference=case.subject, reason="spam"),
    "release": lambda actor, case: acts.release(actor, case=case),
    "restore": lambda actor, case: acts.restore(actor, case=case),
    "settle": lambda actor, case: acts.settle(actor, case=case, upheld=False),
    "decide": lambda actor, case: acts.decide_appeal(actor, case=case, reverse=True),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_without_the_power_moderates(forum: Forum, deed: str) -> None:
    post = forum.post(forum.author)
    case = forum.reported(post)
    before = Entry.objects.count(), Sealed.objects.count(), Mail.objects.count()
    for who in ("author", "member", "associate", "facilitator", "stranger", "visitor"):
        person = getattr(forum, who)
        with pytest.raises(Refused):
            DEEDS[deed](acting(person) if person else VISITOR, case)
    with pytest.raises(NeedsSecondFactor):
        DEEDS[deed](acting(forum.steward, second_factor=False), case)
    case.refresh_from_db()
    assert (case.decided, state(post)) == (None, "standing")
    assert (Entry.objects.count(), Sealed.objects.count(), Mail.objects.count()) == before


# Deciding


def test_leaving_is_sealed_and_told_to_those_who_reported_alone(forum: Forum) -> None:
    post = forum.post(forum.author)
    case = forum.reported(post, forum.member, forum.associate)
    before = Entry.objects.count()
    acts.leave(acting(forum.steward), case=case, words="It is rough, and within the rules.")
    case.refresh_from_db()
    assert (case.outcome, case.decided_by, case.role, case.text) == ("left", forum.steward, "steward", "")
    assert (Entry.objects.count(), Sealed.objects.get().entry_type) == (before, "forum.moderation.left")
    assert (state(post), decisions_about(forum.author.pk)) == ("standing", [])
    assert mailed("report-decided") == ["associate@example.org", "member-2@example.org"]
    assert not Mail.objects.filter(person_id=forum.author.pk).exists()
    with pytest.raises(Closed, match="decided meanwhile"):
        acts.leave(acting(forum.second_steward), case=case)


def test_removing_stands_on_the_record_by_reason_and_role_without_the_accusation(forum: Forum) -> None:
    post = forum.post(forum.author, "Buy this.")
    case = forum.reported(post, forum.associate, reason="off-topic")
    before = Entry.objects.count()
    acts.remove(acting(forum.steward), reference=post.reference, reason="spam", words="It sells something.")
    assert Entry.objects.count() == before + 1
    assert last_entry() == (
        "forum.moderation.removed",
        "forum.moderation.remove",
        f"person:{forum.steward.pk}",
        "steward",
        post.reference,
        {"piece": post.reference, "reason": "spam"},
    )
    assert state(post) == "removed"
    case.refresh_from_db()
    assert (case.outcome, case.reason, case.words, case.text) == ("removed", "spam", "It sells something.", "Buy this.")
    (mail,) = Mail.objects.filter(kind="moderation-removed")
    assert mail.to == "member-1@example.org"
    for said in ("The reason: spam.", "acting as steward", "until", "/forum/mine", "/conduct"):
        assert said in mail.body
    for unsaid in ("It sells", "Buy", "Associate", "Steward", "off topic", "[["):
        assert unsaid not in mail.body
    assert mailed("report-decided") == ["associate@example.org"]


def test_a_steward_removes_what_they_come_across_without_a_report(forum: Forum) -> None:
    case = forum.removed(forum.post(forum.author))
    assert (case.outcome, case.reports.count(), case.decided_by) == ("removed", 0, forum.steward)
    with pytest.raises(Closed, match="removed already"):
        forum.removed(Post.objects.get(), forum.second_steward)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("reference", ["post:0", "person:x", "round:1", "", "post:\u0663", "question:1"])
def test_what_is_no_piece_cannot_be_removed(forum: Forum, reference: str) -> None:
    with pytest.raises(Invalid, match="nothing here that can be moderated"):
        acts.remove(acting(forum.steward), reference=reference, reason="spam")


def test_nobody_removes_their_own(forum: Forum) -> None:
    end_scrutiny(forum)
    post = forum.post(forum.founder)
    with pytest.raises(Refused, match="not yours"):
        acts.remove(acting(forum.founder), reference=post.reference, reason="spam")
    case = forum.reported(post)
    with pytest.raises(IntegrityError, match="nobody_decides_their_own_case"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(
            decided=clock.now(), outcome="left", decided_by=forum.founder, role="founder"
        )


def test_a_mistake_is_put_back_and_stands_on_the_record(forum: Forum) -> None:
    post = forum.post(forum.author)
    case = forum.removed(post)
    acts.restore(acting(forum.steward), case=case)
    assert last_entry()[0] == "forum.moderation.restored"
    assert last_entry()[5] == {"piece": post.reference}
    assert (state(post), mailed("moderation-restored")) == ("standing", ["member-1@example.org"])
    with pytest.raises(Closed, match="Nothing is removed here"):
        acts.restore(acting(forum.second_steward), case=case)
    with pytest.raises(Closed, match="Nothing of yours is removed"):
        acts.appeal(acting(forum.author), case=case, words="Why?")


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
