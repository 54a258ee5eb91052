"""Writing, editing, taking back: what stays, what is destroyed, what the record says, who may."""

from __future__ import annotations

import pytest
from django.db import connection

from stoa.forum import acts
from stoa.forum.models import Draft, Mention, Post, PostVersion, ReadMark, Thread
from stoa.forum.tasks import render_anew
from stoa.kit import clock, markdown, registry
from stoa.kit.act import CLOCK, OPERATOR, VISITOR
from stoa.kit.faults import Closed, Conflict, Invalid, Refused
from stoa.kit.models import Document
from stoa.methods.canonical import parse_object
from stoa.methods.commitment import text_commitment
from stoa.people import acts as people
from stoa.people.models import Person
from stoa.record.models import Entry, Text
from tests.cast import Cast
from tests.stage import acting

pytestmark = pytest.mark.django_db


def write(person: Person, about: str, body: str = "Much leaks.", **more: object) -> Post:
    return acts.write_post(acting(person), about=about, body=body, **more)


def told(kind: str) -> list[dict[str, object]]:
    """The leaves of all entries of a type."""
    return [parse_object(bytes(entry.body)) for entry in Entry.objects.filter(type=kind).order_by("pk")]


def test_the_first_post_begins_the_thread_and_others_join_it(cast: Cast, about: str) -> None:
    first, second = write(cast.member, about), write(cast.author, about, "Not that much.")
    thread = Thread.objects.get()
    assert (first.thread, second.thread, thread.subject, thread.size, thread.latest) == (
        thread,
        thread,
        about,
        2,
        second.written,
    )


def test_the_record_tells_who_wrote_where_and_commits_to_the_text(cast: Cast, about: str) -> None:
    first = write(cast.member, about)
    second = write(cast.author, about, "Yes.", answers=first)
    one, two = told("forum.post_written")
    thread = str(first.thread_id)
    assert (one["subject"], one["actor"], one["role"]) == (f"post:{first.pk}", f"person:{cast.member.pk}", "member")
    assert one["facts"] == {"post": str(first.pk), "thread": thread, "on": about}
    assert two["facts"] == {"post": str(second.pk), "thread": thread, "on": about, "answers": str(first.pk)}
    text = Text.objects.get(entry__subject=second.reference)
    assert two["commitments"] == {"body": text_commitment(bytes(text.salt), "forum.post_written", "body", "Yes.")}


def test_an_edit_keeps_what_was_said_before(cast: Cast, about: str) -> None:
    post = write(cast.member, about, "Frist.")
    acts.edit_post(acting(cast.member), post=post, body="First.", version=1)
    post.refresh_from_db()
    assert (post.body, post.version, post.edited is not None) == ("First.", 2, True)
    assert "First." in post.rendered
    assert list(PostVersion.objects.values_list("number", "body", "written")) == [(1, "Frist.", post.written)]
    (entry,) = told("forum.post_edited")
    assert entry["facts"] == {"post": str(post.pk), "thread": str(post.thread_id), "on": about, "version": 2}


def test_an_edit_that_changes_nothing_leaves_no_version(cast: Cast, about: str) -> None:
    post = write(cast.member, about)
    acts.edit_post(acting(cast.member), post=post, body=" Much leaks. \r\n", version=1)
    post.refresh_from_db()
    assert (post.version, post.edited, told("forum.post_edited")) == (1, None, [])


def test_an_edit_of_an_older_version_is_a_conflict(cast: Cast, about: str) -> None:
    post = write(cast.member, about)
    acts.edit_post(acting(cast.member), post=post, body="Anew.", version=1)
    with pytest.raises(Conflict):
        acts.edit_post(acting(cast.member), post=post, body="From the other window.", version=1)
    post.refresh_from_db()
    assert post.body == "Anew."


def test_taking_back_destroys_every_text_and_salt_but_not_that_there_was_a_post(cast: Cast, about: str) -> None:
    post = write(cast.member, about, "A secret of @Steward.")
    acts.edit_post(acting(cast.member), post=post, body="Less of a secret.", version=1)
    acts.save_draft(acting(cast.member), place=post.reference, body="Even less", version=0)
    acts.take_back_post(acting(cast.member), post=post)
    post.refresh_from_db()
    assert (post.body, post.rendered, post.state, post.taken_back is not None) == ("", "", "standing", True)
    assert not PostVersion.objects.exists()
    assert not Mention.objects.exists()
    assert not Draft.objects.exists()
    assert not Text.objects.filter(entry__subject=post.reference).exists()
    assert not Document.objects.filter(reference=post.reference).exists()
    assert [entry["facts"] for entry in told("forum.post_taken_back")] == [
        {"post": str(post.pk), "thread": str(post.thread_id), "on": about}
    ]
    assert Thread.objects.get().size == 1
    for again in (
        lambda: acts.take_back_post(acting(cast.member), post=post),
        lambda: acts.edit_post(acting(cast.member), post=post, body="Back.", version=2),
    ):
        with pytest.raises(Closed):
            again()


def test_erasing_a_person_destroys_what_they_wrote_and_typed(cast: Cast, about: str) -> None:
    post = write(cast.member, about, "Mine.")
    other = write(cast.author, about, "Thanks, @member-2!")
    acts.edit_post(acting(cast.member), post=post, body="Mine, edited.", version=1)
    acts.save_draft(acting(cast.member), place=about, body="Typed", version=0)
    acts.mark_read(acting(cast.member), reader=cast.member, thread=post.thread, up_to=other.pk)
    people.erase(acting(cast.member), person=cast.member)
    post.refresh_from_db()
    assert (post.body, post.taken_back is not None, post.author_id) == ("", True, cast.member.pk)
    for table in (PostVersion, Mention, Draft, ReadMark):
        assert not table.objects.exists()
    assert set(Text.objects.filter(entry__type__startswith="forum.").values_list("text", flat=True)) == {other.body}
    assert "member-2" not in other.body + other.rendered
    assert list(Document.objects.filter(kind="post").values_list("reference", flat=True)) == [other.reference]


@pytest.mark.parametrize("who", ["member", "associate", "facilitator", "steward", "founder"])
def test_who_takes_part_may_write(cast: Cast, about: str, who: str) -> None:
    assert write(getattr(cast, who), about).author == getattr(cast, who)


def test_visitors_strangers_and_the_operator_may_not(cast: Cast, about: str) -> None:
    for actor in (VISITOR, acting(cast.stranger), OPERATOR, CLOCK):
        with pytest.raises(Refused):
            acts.write_post(actor, about=about, body="Hello.")
        with pytest.raises(Refused):
            acts.save_draft(actor, place=about, body="Hello.", version=0)
    assert not Thread.objects.exists()


def test_nobody_but_its_author_changes_a_post(cast: Cast, about: str) -> None:
    post = write(cast.member, about)
    for other in (cast.author, cast.steward, cast.founder, cast.stranger):
        with pytest.raises(Refused):
            acts.edit_post(acting(other), post=post, body="Theirs.", version=1)
        with pytest.raises(Refused):
            acts.take_back_post(acting(other), post=post)
    post.refresh_from_db()
    assert (post.body, post.taken_back) == ("Much leaks.", None)


@pytest.mark.parametrize(
    "about", ["question:999", "person:abc", "nothing:1", "question:1x", "question:", "", "question:１", "x" * 90]
)
def test_what_is_not_there_cannot_be_talked_about(cast: Cast, about: str) -> None:
    with pytest.raises(Invalid):
        write(cast.member, about)
    with pytest.raises(Invalid):
        acts.save_draft(acting(cast.member), place=about, body="Typed", version=0)
    assert not Thread.objects.exists()


@pytest.mark.parametrize("body", ["", "  \n\t ", "\0", "x" * 20_001])
def test_a_post_says_something_and_not_too_much(cast: Cast, about: str, body: str) -> None:
    with pytest.raises(Invalid) as fault:
        write(cast.member, about, body)
    assert fault.value.field == "body"
    assert not Post.objects.exists()


def test_an_answer_stays_in_its_thread(cast: Cast, about: str) -> None:
    elsewhere = write(cast.member, cast.question(cast.round("2028"), "Else?", cost=1, by=cast.member).reference)
    with pytest.raises(Invalid):
        write(cast.author, about, answers=elsewhere)


def test_a_held_post_is_not_counted_until_it_stands(cast: Cast, about: str) -> None:
    first, second = write(cast.member, about), write(cast.author, about)
    from stoa.kit.moderated import State, set_state

    set_state(second.reference, State.HELD)
    thread = Thread.objects.get()
    assert (thread.size, thread.latest) == (1, first.written)
    assert not Document.objects.filter(reference=second.reference).exists()
    set_state(second.reference, State.STANDING)
    thread.refresh_from_db()
    assert (thread.size, thread.latest) == (2, second.written)
    assert Document.objects.filter(reference=second.reference).exists()


def test_posts_are_named_by_number_and_subject(cast: Cast, about: str) -> None:
    post = write(cast.member, about)
    shown = registry.show([post.reference, "post:0", "post:x"], None)
    assert {reference: one.title for reference, one in shown.items()} == {
        post.reference: f"post {post.pk} about “What leaks?”"
    }


def test_html_is_kept_and_made_anew_when_the_renderer_changes(
    cast: Cast, about: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = write(cast.member, about, "A *word*.")
    Post.objects.filter(pk=post.pk).update(rendered="old")
    render_anew()
    assert Post.objects.get().rendered == "old"
    monkeypatch.setattr(markdown, "RENDERER", markdown.RENDERER + 1)
    render_anew()
    assert Post.objects.get().rendered == "<p>A <em>word</em>.</p>\n"
    assert Post.objects.get().renderer == markdown.RENDERER


def test_open_pages_are_told_once_it_is_committed(cast: Cast, about: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN stoa_live")
    post = write(cast.member, about)
    assert list(connection.connection.notifies(timeout=0.01)) == []  # the test's transaction is still open
    assert clock.now() >= post.written
