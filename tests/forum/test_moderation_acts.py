"""Reports and decisions: what each does, who may, and what the record says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from stoa.forum import acts
from stoa.forum.models import Case, Post, Report
from stoa.forum.queries.moderation import cases_for_operator, decisions_about
from stoa.kit import clock
from stoa.kit.act import OPERATOR, VISITOR, Actor
from stoa.kit.faults import Closed, Invalid, NeedsSecondFactor, Refused, TooFast
from stoa.kit.models import Mail
from stoa.people import acts as people
from stoa.record.models import Entry, Sealed
from tests.forum.moderating import Forum, end_scrutiny, handling, last_entry, mailed, state
from tests.stage import acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum() -> Forum:
    return Forum()


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
