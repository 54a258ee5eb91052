"""The pages of moderation: what each kind of viewer is offered, sees and can send."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stoa.charter.acts import put_in_force
from stoa.charter.queries import in_force
from stoa.forum import acts
from stoa.forum.models import Case, Hidden, Mute, Post, Report
from stoa.kit.act import OPERATOR
from stoa.people import acts as people
from stoa.people.models import Person
from tests.cast import browser, settle
from tests.forum.moderating import Forum
from tests.stage import acting

pytestmark = pytest.mark.django_db
HANDLERS = ("steward", "founder")
OTHERS = ("author", "member", "associate", "facilitator", "stranger")


@pytest.fixture
def forum() -> Forum:
    return Forum()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def thread(post: Post) -> str:
    return post.thread.get_absolute_url()


def page(case: Case) -> str:
    return f"/forum/moderation/cases/{case.pk}"


def as_role(forum: Forum, who: str) -> Any:
    return browser(getattr(forum, who))


# What is offered where a post stands


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("visitor", set()),
        ("stranger", {"Hide", "Mute"}),
        ("author", set()),
        ("member", {"Report", "Hide", "Mute"}),
        ("associate", {"Report", "Hide", "Mute"}),
        ("steward", {"Report", "Hide", "Mute", "Remove"}),
    ],
)
def test_each_is_offered_what_they_can_do_about_a_post(forum: Forum, who: str, offered: set[str]) -> None:
    shown = text(as_role(forum, who).get(thread(forum.post(forum.author))))
    marks = {
        "Report": "/forum/report/",
        "Hide": "/forum/hide/",
        "Mute": "/forum/mute/",
        "Remove": "/moderation/remove/",
    }
    assert {word for word, address in marks.items() if address in shown} == offered


def test_stewards_are_not_offered_to_remove_what_stewards_wrote(forum: Forum) -> None:
    shown = thread(forum.post(forum.second_steward))
    assert "Remove as a moderator" not in text(browser(forum.steward).get(shown))
    assert "Remove as a moderator" in text(browser(forum.scrutineers[0]).get(shown))


@pytest.mark.parametrize(
    ("who", "reads"),
    [("visitor", False), ("member", False), ("author", True), ("steward", True), ("founder", True)],
)
def test_what_is_removed_leaves_its_reason_and_its_text_to_the_author_and_moderators(
    forum: Forum, who: str, reads: bool
) -> None:
    post = forum.post(forum.author, "Buy this now.")
    forum.removed(post)
    shown = text(as_role(forum, who).get(thread(post)))
    assert "Removed by the moderators: spam." in shown
    assert ("Buy this now." in shown) is reads
    assert ("how to appeal" in shown) is (who == "author")


def test_who_is_muted_and_what_is_hidden_is_put_away_for_oneself_alone(forum: Forum) -> None:
    post = forum.post(forum.author, "Quite a text.")
    me = browser(forum.member)
    assert me.post(f"/forum/mute/{forum.author.pk}", {"beside": post.reference})["Location"] == post.get_absolute_url()
    shown = text(me.get(thread(post)))
    assert "Muted by you – show" in shown
    assert "Quite a text." in shown
    assert ">Unmute member-1<" in shown
    assert "Muted by you" not in text(browser(forum.associate).get(thread(post)))
    me.post(f"/forum/mute/{forum.author.pk}", {"undo": "1"})
    me.post(f"/forum/hide/{post.reference}")
    shown = text(me.get(thread(post)))
    assert "Hidden by you – show" in shown
    listed = text(me.get("/forum/mine/put-away"))
    assert f"post {post.pk}" in listed
    assert (
        me.post(f"/forum/hide/{post.reference}", {"undo": "1", "beside": "list"})["Location"] == "/forum/mine/put-away"
    )
    assert "by you – show" not in text(me.get(thread(post)))
    assert (Hidden.objects.count(), Mute.objects.count()) == (0, 0)


def test_a_persons_page_offers_to_mute_them_and_to_complain(forum: Forum) -> None:
    address = forum.author.get_absolute_url()
    assert {
        who: ("Mute</button>" in shown, "Complain about their conduct" in shown)
        for who in ("visitor", "author", "stranger", "member")
        if (shown := text(as_role(forum, who).get(address)))
    } == {"visitor": (False, False), "author": (False, False), "stranger": (True, False), "member": (True, True)}
    me = browser(forum.member)
    assert me.post(f"/forum/mute/{forum.author.pk}")["Location"] == address
    assert "Unmute</button>" in text(me.get(address))


# Reporting


def test_a_report_is_sent_and_its_maker_sees_what_became_of_it(forum: Forum) -> None:
    post, me = forum.post(forum.author), browser(forum.member)
    shown = text(me.get(f"/forum/report/{post.reference}"))
    assert f"Report post {post.pk} about" in shown
    assert "is never told that it was you" in shown
    answer = me.post(f"/forum/report/{post.reference}", {"reason": "spam", "words": "See."})
    assert answer["Location"] == post.get_absolute_url()
    assert Report.objects.get().words == "See."
    assert "Waits for those who handle it." in text(me.get("/forum/mine/reports"))
    acts.leave(acting(forum.steward), case=Case.objects.get(), words="It is fine.")
    shown = text(me.get("/forum/mine/reports"))
    assert "Left as it is." in shown
    assert "It is fine." in shown


@pytest.mark.parametrize(
    ("filled", "says"),
    [
        ({}, "Choose what fits best."),
        ({"reason": "because"}, "Select a valid choice"),
        ({"reason": "spam", "words": "x" * 2001}, "at most 2000 characters"),
        ({"reason": "spam", "words": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_a_report_that_lacks_something_comes_back_with_what(forum: Forum, filled: dict[str, str], says: str) -> None:
    answer = browser(forum.member).post(f"/forum/report/{forum.post(forum.author).reference}", filled)
    assert answer.status_code == 422
    assert says in text(answer)
    assert not Report.objects.exists()


def test_what_is_not_there_cannot_be_reported(forum: Forum) -> None:
    me = browser(forum.member)
    for reference in (
        "post:99999",
        "post:x",
        f"round:{forum.place.pk}",
        "x",
        "person:nobody",
        "post:%00",
        "post:" + "9" * 50,
    ):
        for answer in (me.get(f"/forum/report/{reference}"), me.post(f"/forum/report/{reference}", {"reason": "spam"})):
            assert answer.status_code == 404, reference


def test_scripts_in_a_report_are_shown_as_text(forum: Forum) -> None:
    post = forum.post(forum.author, "<script>alert(1)</script>")
    acts.report(acting(forum.member), reference=post.reference, reason="spam", words="<script>alert(2)</script>")
    shown = text(browser(forum.steward).post(f"{page(Case.objects.get())}/reports"))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(2)" in shown


def test_who_is_signed_out_is_led_to_sign_in_and_others_are_told_who_may(forum: Forum) -> None:
    post = forum.post(forum.author)
    for path in (f"/forum/report/{post.reference}", "/forum/mine", "/forum/moderation/cases", "/forum/mine/put-away"):
        assert browser().get(path)["Location"].startswith("/account/login/?next="), path
    assert browser(forum.stranger).get(f"/forum/report/{post.reference}").status_code == 403
    assert browser(forum.stranger).post(f"/forum/report/{post.reference}", {"reason": "spam"}).status_code == 422


# Handling


@pytest.mark.parametrize("who", HANDLERS)
def test_who_handles_a_case_sees_it_and_decides(forum: Forum, who: str) -> None:
    case = forum.reported(forum.post(forum.author), forum.member, forum.associate)
    client = as_role(forum, who)
    assert page(case) in text(client.get("/forum/moderation/cases"))
    shown = text(client.get(page(case)))
    for said in ("You fool.", "Personal attack, 2 times", "member-1", "Read the reports"):
        assert said in shown
    assert "So says" not in shown
    assert "member-2" not in shown
    looked = text(client.post(f"{page(case)}/reports"))
    for said in ("member-2", "Associate", "So says Associate.", "Your look is noted"):
        assert said in looked
    answer = client.post(page(case), {"decision": "remove", "reason": "personal-attack", "words": "Say it otherwise."})
    assert answer["Location"] == "/forum/moderation/cases"
    assert Post.objects.get().state == "removed"
    assert page(case) not in text(client.get("/forum/moderation/cases"))
    assert page(case) in text(client.get("/forum/moderation/cases?state=decided"))
    assert client.post(f"{page(case)}/restore").status_code == 302
    assert Post.objects.get().state == "standing"


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sees_that_there_are_cases(forum: Forum, who: str) -> None:
    post = forum.post(forum.author)
    case = forum.reported(post)
    client = as_role(forum, who)
    for path in ("/forum/moderation/cases", page(case), f"/forum/moderation/remove/{post.reference}"):
        assert client.get(path).status_code == 403, path
    for path in (page(case), f"{page(case)}/reports", f"{page(case)}/author", f"{page(case)}/restore"):
        assert client.post(path, {"decision": "leave"}).status_code == 403, path
    case.refresh_from_db()
    assert case.decided is None


def test_a_steward_without_a_second_factor_is_asked_for_one(forum: Forum) -> None:
    case = forum.reported(forum.post(forum.author))
    client = browser(forum.steward, second_factor=False)
    for path in ("/forum/moderation/cases", page(case)):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "second factor" in text(answer)
        assert "You fool" not in text(answer)


@pytest.mark.parametrize("who", ["steward", "second_steward", "founder"])
def test_a_case_about_a_steward_is_not_there_for_stewards(forum: Forum, who: str) -> None:
    case = forum.reported(forum.post(forum.steward))
    client = as_role(forum, who)
    assert page(case) not in text(client.get("/forum/moderation/cases"))
    assert page(case) not in text(client.get("/forum/moderation/cases?state=decided"))
    assert client.get(page(case)).status_code == 404
    assert client.get("/forum/moderation/cases/nothing").status_code == 404
    assert client.post(f"{page(case)}/reports").status_code == 404


@pytest.mark.parametrize(
    ("filled", "says"),
    [
        ({}, "Choose one."),
        ({"decision": "remove"}, "Choose the reason."),
        ({"decision": "release"}, "Select a valid choice"),
        ({"decision": "remove", "reason": "x"}, "Select a valid choice"),
    ],
)
def test_a_decision_that_lacks_something_comes_back_with_what(forum: Forum, filled: dict[str, str], says: str) -> None:
    case = forum.reported(forum.post(forum.author))
    answer = browser(forum.steward).post(page(case), filled | {"words": "Kept words."})
    assert answer.status_code == 422
    for said in (says, "Kept words."):
        assert said in text(answer)


def test_what_was_decided_meanwhile_is_shown_as_it_is(forum: Forum) -> None:
    case = forum.reported(forum.post(forum.author))
    acts.leave(acting(forum.founder), case=case)
    answer = browser(forum.steward).post(page(case), {"decision": "remove", "reason": "spam"})
    assert answer.status_code == 200
    assert "Left as it is" in text(answer)
    assert Post.objects.get().state == "standing"


def test_a_steward_removes_from_the_posts_own_page(forum: Forum) -> None:
    post, client = forum.post(forum.author), browser(forum.steward)
    path = f"/forum/moderation/remove/{post.reference}"
    assert "You fool." in text(client.get(path))
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "spam"})["Location"] == post.get_absolute_url()
    assert client.get(path).status_code == 404


def test_a_first_post_that_waits_is_shown_to_handlers_and_let_through(forum: Forum) -> None:
    charter = in_force()
    assert charter is not None
    put_in_force(OPERATOR, text=charter.text.replace("first_posts_held = 0", "first_posts_held = 1"))
    post = forum.post(forum.author, "Hello all.")
    case, client = Case.objects.get(), browser(forum.steward)
    assert "first post" in text(client.get("/forum/moderation/cases"))
    assert "Hello all." in text(client.get(page(case)))
    assert "Hello all." not in text(browser(forum.member).get(thread(post)))
    assert client.post(page(case), {"decision": "release"}).status_code == 302
    assert "Hello all." in text(browser().get(thread(post)))
    assert "let through" in text(browser(forum.author).get("/forum/mine"))


# Appealing


def test_an_author_reads_the_reason_and_appeals_and_another_decides(forum: Forum) -> None:
    post = forum.post(forum.author)
    case = forum.removed(post)
    author = browser(forum.author)
    shown = text(author.get("/forum/mine"))
    for said in ("The reason: spam.", "It sells something.", "acting as steward", "Appeal<"):
        assert said in shown
    assert "Steward" not in shown.replace("Second steward", "").split("<main", 1)[1].split("</main>")[0].replace(
        "steward", ""
    )
    path = f"{page(case)}/appeal"
    assert "reads this and decides" in text(author.get(path))
    assert author.post(path, {"words": " "}).status_code == 422
    assert author.post(path, {"words": "It sells nothing."})["Location"] == "/forum/mine"
    assert author.get(path)["Location"] == "/forum/mine"
    assert "It waits for somebody who did not take the decision." in text(author.get("/forum/mine"))
    assert 'name="decision"' not in text(browser(forum.steward).get(page(case)))
    other = browser(forum.founder)
    assert "It sells nothing." in text(other.get(page(case)))
    assert other.post(page(case), {"decision": "reverse", "words": "Right."}).status_code == 302
    assert Post.objects.get().state == "standing"
    shown = text(author.get("/forum/mine"))
    assert "put back" in shown
    assert "Right." in shown


def test_nobody_appeals_for_another(forum: Forum) -> None:
    case = forum.removed(forum.post(forum.author))
    for who in ("member", "steward", "founder", "stranger"):
        assert as_role(forum, who).get(f"{page(case)}/appeal").status_code == 404
        assert as_role(forum, who).post(f"{page(case)}/appeal", {"words": "x"}).status_code == 404


def test_a_complaint_about_a_steward_is_settled_by_a_scrutineer(forum: Forum) -> None:
    me = browser(forum.member)
    path = f"/forum/report/person:{forum.steward.pk}"
    shown = text(me.get(path))
    assert "Complain about the conduct of Steward" in shown
    assert "Off topic" not in shown
    assert me.post(path, {"reason": "personal-attack", "words": "He shouted."}).status_code == 302
    case, client = Case.objects.get(), browser(forum.scrutineers[0])
    assert "It concerns a steward or founder." in text(client.get(page(case)))
    assert client.post(page(case), {"decision": "uphold"}).status_code == 422
    filled = {"decision": "uphold", "reason": "personal-attack", "words": "Apologise."}
    assert client.post(page(case), filled).status_code == 302
    assert "Your complaint was upheld." in text(me.get("/forum/mine/reports"))
    assert "Apologise." in text(browser(forum.steward).get("/forum/mine"))


# Costs


def queries_of(client: Any, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as counted:
        assert client.get(path).status_code == 200
    return len(counted)


def test_lists_cost_the_same_for_one_row_and_three(forum: Forum) -> None:
    def one_more(n: int) -> None:
        post = forum.post(forum.author, f"Text {n}")
        forum.reported(post, forum.member, forum.associate)
        acts.hide(acting(forum.member), person=forum.member, reference=post.reference)
        forum.removed(forum.post(forum.author, f"Other {n}"))
        acts.mute(acting(forum.member), person=forum.member, muted=forum.members[n + 2])

    pages = [
        (forum.steward, "/forum/moderation/cases"),
        (forum.steward, "/forum/moderation/cases?state=decided"),
        (forum.member, "/forum/mine/reports"),
        (forum.member, "/forum/mine/put-away"),
        (forum.author, "/forum/mine"),
        (forum.member, "/forum/thread/1"),
        (forum.steward, "/forum/thread/1"),
        (None, "/forum/moderation"),
    ]
    one_more(0)
    settle()
    number = Post.objects.get(body="Text 0").thread_id
    pages = [(who, path.replace("thread/1", f"thread/{number}")) for who, path in pages]
    before = [queries_of(browser(who), path) for who, path in pages]
    one_more(1)
    one_more(2)
    settle()
    assert [queries_of(browser(who), path) for who, path in pages] == before


def test_an_erased_author_is_named_nowhere(forum: Forum) -> None:
    post = forum.post(forum.author)
    case = forum.reported(post)
    people.erase(acting(forum.author), person=forum.author)
    shown = text(browser(forum.steward).get(page(case)))
    assert "member-1" not in shown
    assert "You fool" not in shown
    assert Person.objects.get(pk=forum.author.pk).shown_name == "former member"
