"""The forum over HTTP: everything that its pages do, by key; the same rights, the same faults."""

from __future__ import annotations

import pytest

from stoa.forum.models import Draft, Post, ReadMark
from stoa.kit.moderated import State, set_state
from tests.api.calling import VISITOR, Program
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_post_goes_from_writing_to_removal(cast: Cast, about: str) -> None:
    program = Program.of(cast.member)
    post = program.post("/forum/posts", {"about": about, "body": "A *bound*, @Steward."})
    path = f"/forum/posts/{post['number']}"
    assert (post["body"], post["author"], post["state"], post["version"]) == (
        "A *bound*, @Steward.",
        cast.member.pk,
        "standing",
        1,
    )
    assert "<em>bound</em>" in post["html"]
    assert VISITOR.get(path) == post
    edited = program.put(path, {"body": "Bounded.", "version": 1})
    assert (edited["body"], edited["version"]) == ("Bounded.", 2)
    versions = VISITOR.get(f"{path}/versions")["items"]
    assert [(one["number"], one["body"]) for one in versions] == [(2, "Bounded."), (1, "A *bound*, @Steward.")]
    gone = program.delete(path)
    assert (gone["body"], gone["html"], gone["taken_back"] is not None) == (None, None, True)
    assert VISITOR.get(f"{path}/versions")["items"] == []


def test_threads_and_their_posts_are_listed_in_parts(cast: Cast, about: str) -> None:
    program = Program.of(cast.member)
    numbers = [program.post("/forum/posts", {"about": about, "body": f"Post {n}."})["number"] for n in range(3)]
    answer = program.post("/forum/posts", {"about": about, "body": "Yes.", "answers": numbers[0]})
    (thread,) = VISITOR.get("/forum/threads")["items"]
    assert (thread["about"], thread["title"], thread["posts"], thread["latest_by"]) == (
        about,
        "What leaks?",
        4,
        cast.member.pk,
    )
    assert VISITOR.get(f"/forum/threads/about/{about}") == VISITOR.get(f"/forum/threads/{thread['number']}") == thread
    assert VISITOR.get("/forum/threads?kind=round")["items"] == []
    assert VISITOR.get("/forum/threads?who=member-2&sort=posts")["count"] == 1
    part = VISITOR.get(f"/forum/threads/{thread['number']}/posts?limit=2&offset=2")
    assert (part["count"], [post["number"] for post in part["items"]]) == (4, [numbers[2], answer["number"]])
    assert part["items"][1]["answers"] == numbers[0]


def test_what_somebody_may_not_read_is_not_among_what_they_get(cast: Cast, about: str) -> None:
    program = Program.of(cast.member)
    held = program.post("/forum/posts", {"about": about, "body": "Held."})
    removed = program.post("/forum/posts", {"about": about, "body": "Removed."})
    set_state(f"post:{held['number']}", State.HELD)
    set_state(f"post:{removed['number']}", State.REMOVED)
    thread = held["thread"]
    for other in (VISITOR, Program.of(cast.author), Program.of(cast.stranger)):
        listed = other.get(f"/forum/threads/{thread}/posts")
        assert [(post["number"], post["state"], post["body"]) for post in listed["items"]] == [
            (removed["number"], "removed", None)
        ]
        assert listed["count"] == 1
        other.get(f"/forum/posts/{held['number']}", 404)
        other.get(f"/forum/posts/{held['number']}/versions", 404)
        assert other.get(f"/forum/posts/{removed['number']}/versions")["items"] == []
    assert [post["body"] for post in program.get(f"/forum/threads/{thread}/posts")["items"]] == ["Held.", "Removed."]


def test_drafts_and_marks_are_ones_own(cast: Cast, about: str) -> None:
    program, other = Program.of(cast.member), Program.of(cast.author)
    kept = program.put(f"/forum/drafts/{about}", {"body": "Half"})
    assert (kept["place"], kept["version"]) == (about, 1)
    program.put(f"/forum/drafts/{about}", {"body": "Other", "version": 0}, 409)
    assert [draft["body"] for draft in program.get("/forum/drafts")["items"]] == ["Half"]
    assert other.get("/forum/drafts")["items"] == []
    program.put(f"/forum/drafts/{about}", {"body": "", "version": 1}, 204)
    assert not Draft.objects.exists()
    post = other.post("/forum/posts", {"about": about, "body": "New."})
    marked = program.put(f"/forum/threads/{post['thread']}/read", {"up_to": post["number"]})
    assert marked == {"thread": post["thread"], "up_to": post["number"]}
    assert ReadMark.objects.get().person == cast.member
    for path, body in (
        (f"/forum/drafts/{about}", {"body": "x"}),
        (f"/forum/threads/{post['thread']}/read", {"up_to": 1}),
    ):
        VISITOR.put(path, body, 403)


def test_who_writes_here_finds_names_and_sees_how_a_text_will_look(cast: Cast) -> None:
    program = Program.of(cast.member)
    assert program.get("/forum/people?q=stew") == [{"name": "Steward", "typed": "Steward"}]
    assert program.post("/forum/preview", {"body": "*x*"}, 200) == {"html": "<p><em>x</em></p>\n"}
    Program.of(cast.stranger).get("/forum/people?q=stew", 403)
    VISITOR.get("/forum/people?q=stew", 403)
    VISITOR.post("/forum/preview", {"body": "*x*"}, 403)


def test_others_and_bad_input_change_nothing(cast: Cast, about: str) -> None:
    program = Program.of(cast.member)
    post = program.post("/forum/posts", {"about": about, "body": "Mine."})
    path = f"/forum/posts/{post['number']}"
    for who in (cast.author, cast.steward, cast.stranger):
        other = Program.of(who)
        other.put(path, {"body": "Theirs.", "version": 1}, 403)
        other.delete(path, 403)
    VISITOR.post("/forum/posts", {"about": about, "body": "x"}, 403)
    program.put(path, {"body": "Late.", "version": 7}, 409)
    for body in (
        {"about": about, "body": ""},
        {"about": about, "body": "x" * 20_001},
        {"about": about, "body": "nul\0"},
        {"about": "question:999", "body": "x"},
        {"about": about, "body": "x", "answers": 0},
        {"about": about, "body": "x", "state": "removed"},
    ):
        program.post("/forum/posts", body, 422)
    program.post("/forum/posts", {"about": about, "body": "x", "answers": 10**12}, 404)
    program.get("/forum/posts/99999999999999999999999", 404)
    VISITOR.get("/forum/threads/about/question:999", 404)
    assert [one.body for one in Post.objects.all()] == ["Mine."]


def test_a_request_sent_twice_writes_once(cast: Cast, about: str) -> None:
    program = Program.of(cast.member)
    program.post("/forum/posts", {"about": about, "body": "Once."}, Idempotency_Key="k")
    again = program.post("/forum/posts", {"about": about, "body": "Once."}, 409, Idempotency_Key="k")
    assert again["address"] == Post.objects.get().get_absolute_url()
