"""The pages of the forum: the list, threads, writing, editing, history, feeds; what each viewer sees, and what nobody can break."""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from stoa.agenda.models import Round
from stoa.forum import acts
from stoa.forum.models import Draft, Post, ReadMark, Thread
from stoa.forum.queries.posts import PER_PAGE
from stoa.kit import clock
from stoa.people import acts as people
from tests.cast import Cast, browser, settle
from tests.forum.talking import EVERYBODY, many, text, typed, write
from tests.stage import acting, at

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) <b onclick=alert(1)>x</b> ![p](https://e.org/p.png)"


def test_everybody_reads_a_thread_and_where_it_belongs(cast: Cast, about: str) -> None:
    post = write(cast.member, about, "A *bound* of $p < 0.05$, @Steward.")
    settle()
    question = "/agenda/2027/questions/" + about.partition(":")[2]
    for who in EVERYBODY:
        client = browser(getattr(cast, who))
        for path in (f"/forum/thread/{post.thread_id}", question):
            page = text(client.get(path))
            assert "<em>bound</em>" in page
            assert "<math" in page
            assert f'href="/people/{cast.steward.pk}" class="mention">@Steward</a>' in page
        assert "What leaks?" in text(client.get("/forum"))
        assert client.get(f"/forum/post/{post.pk}")["Location"] == f"/forum/thread/{post.thread_id}#post-{post.pk}"


def test_round_question_and_entry_each_have_a_place_to_talk(cast: Cast, about: str) -> None:
    settle()
    client = browser(cast.member)
    for path in ("/agenda/2027", f"/agenda/2027/questions/{about.partition(':')[2]}", "/record/entry/0"):
        assert "Talk about it" in text(client.get(path)), path
    for reference in (Round.objects.get().reference, "entry:0"):
        answer = client.post(f"/forum/about/{reference}", typed(client, f"/forum/about/{reference}", body="Hello."))
        assert answer.status_code == 302
    assert "Hello." in text(browser().get("/record/entry/0"))


def test_the_empty_list_says_how_to_begin_and_the_full_one_can_be_taken_away(cast: Cast, about: str) -> None:
    client = browser()
    assert "Nobody has written anything yet." in text(client.get("/forum"))
    first = write(cast.member, about)
    write(cast.associate, Round.objects.get().reference)
    rows = json.loads(b"".join(client.get("/forum?as=json").streaming_content))
    assert [(row["about"], row["kind"], row["posts"], row["by"]) for row in rows] == [
        ("What should we work on in 2027?", "round", 1, "Associate"),
        ("What leaks?", "question", 1, "member-2"),
    ]
    assert first.thread.get_absolute_url() in text(client.get("/forum?kind=question&sort=posts"))
    assert first.thread.get_absolute_url() not in text(client.get("/forum?kind=round"))
    assert first.thread.get_absolute_url() not in text(client.get("/forum?who=Associate"))
    assert b"What leaks?" in b"".join(client.get("/forum?as=csv&who=MEMBER-2").streaming_content)


def test_the_list_costs_the_same_for_one_thread_and_three(
    cast: Cast, about: str, django_assert_num_queries: object
) -> None:
    client = browser()
    write(cast.member, about)
    client.get("/forum")
    for more in (
        (),
        (Round.objects.get().reference, cast.question(cast.round("2028"), "Else?", cost=1, by=cast.member).reference),
    ):
        for reference in more:
            write(cast.associate, reference)
        with django_assert_num_queries(6):  # type: ignore[operator]
            client.get("/forum")


def test_the_first_page_of_two_thousand_posts_costs_at_most_twelve_queries(
    cast: Cast, about: str, django_assert_max_num_queries: object
) -> None:
    thread = many(about, 2_000, cast.author)
    acts.mark_read(acting(cast.member), reader=cast.member, thread=thread, up_to=Post.objects.all()[1_000].pk)
    for who in EVERYBODY:
        client = browser(getattr(cast, who))
        client.get("/forum")
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            page = text(client.get(f"/forum/thread/{thread.pk}"))
        assert page.count('class="post"') == PER_PAGE


def test_a_page_costs_the_same_for_one_post_and_three(
    cast: Cast, about: str, django_assert_num_queries: object
) -> None:
    client = browser(cast.steward)
    post = write(cast.member, about)
    client.get(f"/forum/thread/{post.thread_id}")
    for _ in range(2):
        with django_assert_num_queries(8):  # type: ignore[operator]
            client.get(f"/forum/thread/{post.thread_id}")
        write(cast.author, about, answers=post)
        write(cast.associate, about)


def test_a_long_thread_has_pages_and_each_post_leads_to_its_own(cast: Cast, about: str) -> None:
    thread = many(about, 120, cast.author)
    client = browser()
    posts = list(Post.objects.all())
    for index, number in ((0, 1), (PER_PAGE - 1, 1), (PER_PAGE, 2), (119, 4)):
        address = client.get(f"/forum/post/{posts[index].pk}")["Location"]
        page = f"?page={number}" if number > 1 else ""
        assert address == f"/forum/thread/{thread.pk}{page}#post-{posts[index].pk}"
        assert f'id="post-{posts[index].pk}"' in text(client.get(address))
    for number in ("0", "-1", "x", "99999999999", "９", "4"):
        assert client.get(f"/forum/thread/{thread.pk}?page={number}").status_code == 200


def test_a_member_writes_and_is_told_before_who_will_see_it(cast: Cast, about: str) -> None:
    client = browser(cast.member)
    form = text(client.get(f"/forum/about/{about}"))
    assert "Everyone can read your post, under your name, at once." in form
    fields = typed(client, f"/forum/about/{about}", body="Much leaks.")
    answer = client.post(f"/forum/about/{about}", fields)
    post = Post.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/forum/thread/{post.thread_id}#post-{post.pk}")
    assert client.post(f"/forum/about/{about}", fields)["Location"] == f"/forum/post/{post.pk}"
    assert Post.objects.count() == 1


def test_an_answer_quotes_and_names_what_it_answers(cast: Cast, about: str) -> None:
    post = write(cast.author, about, "One line.\n\nAnother, @Steward.")
    client = browser(cast.member)
    path = f"/forum/about/{about}?answers={post.pk}&quote"
    page = text(client.get(path))
    assert "&gt; One line.\n&gt;\n&gt; Another, @Steward." in page
    client.post(f"/forum/about/{about}", typed(client, path, body="Quite."))
    answer = Post.objects.latest("pk")
    assert answer.answers == post
    shown = text(browser().get(f"/forum/thread/{post.thread_id}"))
    assert f'<a href="/forum/post/{post.pk}">in answer to member-1</a>' in shown


def test_a_text_that_cannot_be_posted_comes_back_with_what_is_wrong(cast: Cast, about: str) -> None:
    client = browser(cast.member)
    for body, wrong in (("x" * 20_001, "at most 20000 characters"), ("  ", "Write something.")):
        answer = client.post(f"/forum/about/{about}", {"body": body, "once": "k"})
        assert answer.status_code == 422
        assert wrong in text(answer)
        assert body.strip() in text(answer)
    assert not Post.objects.exists()


def test_ten_megabytes_are_refused_in_words(cast: Cast, about: str) -> None:
    answer = browser(cast.member).post(f"/forum/about/{about}", {"body": "x" * 10_000_000})
    assert answer.status_code in {400, 413}
    assert not Post.objects.exists()


def test_who_has_to_sign_in_finds_what_they_typed(cast: Cast, about: str) -> None:
    client = Client()
    path = f"/forum/about/{about}"
    assert "Sign in to write" in text(client.get(f"/agenda/2027/questions/{about.partition(':')[2]}"))
    sent = client.post(path, {"body": "Typed before.", "once": "k", "draft": "0"})
    assert sent["Location"].startswith("/account/login/?next=%2Fforum%2Fabout%2F")
    client.force_login(cast.member, backend="stoa.people.backend.Backend")
    assert "Typed before." in text(client.get(path))


def test_who_may_not_write_is_told_and_posts_nothing(cast: Cast, about: str) -> None:
    client = browser(cast.stranger)
    write(cast.member, about)
    thread = Thread.objects.get()
    assert "You can read everything." in text(client.get(f"/forum/thread/{thread.pk}"))
    assert client.get(f"/forum/about/{about}").status_code == 403
    answer = client.post(f"/forum/about/{about}", {"body": "Let me.", "once": "k"})
    assert "Let me." in text(answer)
    assert Post.objects.count() == 1


def test_what_is_hostile_does_nothing_anywhere(cast: Cast, about: str) -> None:
    people.edit_profile(acting(cast.member), person=cast.member, name='<img src=x onerror=alert(1)> "Q"')
    post = write(cast.member, about, HOSTILE)
    acts.edit_post(acting(cast.member), post=post, body=f"{HOSTILE} @<script>", version=1)
    write(cast.author, about, f"@{cast.member.name} {HOSTILE}", answers=post)
    settle()
    client = browser(cast.member)
    paths = [
        f"/forum/thread/{post.thread_id}",
        f"/forum/post/{post.pk}/history",
        f"/forum/post/{post.pk}/edit",
        f"/forum/post/{post.pk}/take-back",
        f"/forum/about/{about}?answers={post.pk}&quote",
        "/forum",
        "/forum/feed",
        f"/forum/thread/{post.thread_id}/feed",
        f"/agenda/2027/questions/{about.partition(':')[2]}",
    ]
    for path in paths:
        page = text(client.get(path))
        for bad in ("<script>alert", "<img src=x", "<b onclick", 'href="javascript'):
            assert bad not in page, (path, bad)
    looks = text(client.post("/forum/preview", {"body": HOSTILE}))
    assert "<script>alert" not in looks
    assert "https://e.org/p.png" in looks
    assert "<img" not in looks


def test_a_preview_shows_what_will_be_seen_and_keeps_what_is_typed(cast: Cast, about: str) -> None:
    client = browser(cast.member)
    page = text(client.post(f"/forum/about/{about}", {"body": "A **word** for @Steward", "then": "preview"}))
    assert "A <strong>word</strong> for" in page
    assert "A **word** for @Steward</textarea>" in page
    assert not Post.objects.exists()


def test_a_draft_saves_itself_and_stands_there_when_one_comes_back(cast: Cast, about: str) -> None:
    client = browser(cast.member)
    answer = client.post(f"/forum/draft/{about}", {"body": "Half a", "draft": "0"})
    assert answer.json() == {"fields": {"draft": 1}}
    assert client.post(f"/forum/draft/{about}", {"body": "Half a thought", "draft": "1"}).json() == {
        "fields": {"draft": 2}
    }
    question = f"/agenda/2027/questions/{about.partition(':')[2]}"
    for path in (f"/forum/about/{about}", question):
        page = text(client.get(path))
        assert "Half a thought</textarea>" in page
        assert 'name="draft" value="2"' in page
    for other in (browser(cast.steward), browser(cast.founder), browser()):
        assert "Half a thought" not in text(other.get(question))
    assert Client().post(f"/forum/draft/{about}", {"body": "x"}).status_code == 403


def test_another_window_brings_both_texts_together(cast: Cast, about: str) -> None:
    client = browser(cast.member)
    client.post(f"/forum/draft/{about}", {"body": "First window", "draft": "0"})
    refused = client.post(f"/forum/draft/{about}", {"body": "Second window", "draft": "0"})
    assert (refused.status_code, "Bring the two texts together" in refused.json()["message"]) == (409, True)
    both = client.post(f"/forum/about/{about}", {"body": "Second window", "draft": "0", "then": "save"})
    assert both.status_code == 409
    assert "First window" in text(both)
    assert "Second window</textarea>" in text(both)
    kept = client.post(f"/forum/about/{about}", {"body": "Both", "draft": "1", "then": "save"})
    assert kept.status_code == 302
    assert Draft.objects.get().body == "Both"


def test_what_is_new_is_marked_until_it_is_read(cast: Cast, about: str) -> None:
    posts = [write(cast.author, about, f"Post {n}") for n in range(3)]
    own = write(cast.member, about, "Mine.")
    client, path = browser(cast.member), f"/forum/thread/{own.thread_id}"
    assert "new to you" not in text(client.get(path))
    assert client.post(f"{path}/read", {"up_to": posts[0].pk})["Location"] == path
    page = text(client.get(path))
    assert "2 new to you." in page
    assert f'href="/forum/post/{posts[1].pk}">Go to the first</a>' in page
    assert page.count('class="post new"') == 2
    assert "2 new</b>" in text(client.get("/forum"))
    assert "new to you" not in text(browser(cast.associate).get(path))
    assert client.post(f"{path}/read", {"up_to": own.pk}, HTTP_HX_REQUEST="true").content == b""
    assert "new to you" not in text(client.get(path))
    assert client.post(f"{path}/read", {"up_to": "x"}).status_code == 302
    assert ReadMark.objects.get().up_to == own.pk


def test_a_page_that_listens_learns_what_came_since(cast: Cast, about: str) -> None:
    first = write(cast.author, about)
    seen = clock.stamp(clock.now())
    path = f"/forum/thread/{first.thread_id}/since"
    client = browser()
    assert text(client.get(path, {"after": first.pk, "at": seen})).strip() == ""
    with at(clock.now() + timedelta(minutes=1)):
        acts.edit_post(acting(cast.author), post=first, body="Anew.", version=1)
        assert "1 post changed: show" in text(client.get(path, {"after": first.pk, "at": seen}))
        second = write(cast.member, about)
        write(cast.member, about)
        page = text(client.get(path, {"after": first.pk, "at": seen}))
    assert "2 new posts: show" in page
    assert f'href="/forum/thread/{first.thread_id}#post-{second.pk}"' in page
    for after, when in (
        ("x", seen),
        ("1", ""),
        ("1", "2027-99-99T00:00:00Z"),
        ("1", "2027-01-01T00:00"),
        ("9" * 30, seen),
    ):
        assert client.get(path, {"after": after, "at": when}).status_code == 404


def test_names_are_offered_to_those_who_write_here(cast: Cast) -> None:
    assert browser(cast.member).get("/forum/people?q=stew").json() == {
        "people": [{"name": "Steward", "typed": "Steward"}]
    }
    assert browser(cast.stranger).get("/forum/people?q=stew").status_code == 403
    assert browser().get("/forum/people?q=stew").status_code == 302


def test_feeds_tell_what_everybody_can_read(cast: Cast, about: str) -> None:
    first = write(cast.author, about, "Asked of @Steward.")
    write(cast.member, Round.objects.get().reference, "Else.")
    atom = "{http://www.w3.org/2005/Atom}"
    for path, count in (("/forum/feed", 2), (f"/forum/thread/{first.thread_id}/feed", 1)):
        answer = browser().get(path)
        entries = ET.fromstring(answer.content).findall(f"{atom}entry")
        assert len(entries) == count
        assert entries[-1].findtext(f"{atom}title") == "member-1 about What leaks?"
        assert entries[-1].findtext(f"{atom}content") == "Asked of @Steward."
        assert browser(cast.steward).get(path).content == answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/forum/thread/999",
        "/forum/thread/99999999999999999999999",
        "/forum/thread/999/feed",
        "/forum/thread/999/since?after=1&at=2027-01-01T00:00:00Z",
        "/forum/post/999",
        "/forum/post/99999999999999999999999/history",
        "/forum/post/999/edit",
        "/forum/about/question:999",
        "/forum/about/question:99999999999999999999",
        "/forum/about/nothing:1",
        "/forum/about/person:abc",
        "/forum/about/x",
    ],
)
def test_what_is_not_there_is_said_to_be_missing(cast: Cast, path: str) -> None:
    assert browser(cast.member).get(path).status_code == 404


def test_what_was_said_to_somebody_waits_until_it_is_read(cast: Cast, about: str) -> None:
    own = write(cast.member, about, "Mine.")
    waiting = "Read what is said to you: What leaks?"
    home = browser(cast.member)
    write(cast.author, about, "To nobody.")
    assert waiting not in text(home.get("/"))
    answer = write(cast.author, about, "Yours?", answers=own)
    named = write(cast.associate, about, "See, @member-2.")
    page = text(home.get("/"))
    assert (page.count(waiting), "member-1 answers you" in page, "Associate names you" in page) == (2, True, True)
    assert waiting not in text(browser(cast.steward).get("/"))
    acts.mark_read(acting(cast.member), reader=cast.member, thread=own.thread, up_to=answer.pk)
    assert text(home.get("/")).count(waiting) == 1
    acts.take_back_post(acting(cast.associate), post=named)
    assert waiting not in text(home.get("/"))
