"""The pages on which one edits, takes back or loses a post: what each viewer sees of it before and after."""

from __future__ import annotations

import json
import re

import pytest

from stoa.forum import acts
from stoa.kit.moderated import State, set_state
from tests.cast import Cast, browser, settle
from tests.forum.talking import EVERYBODY, text, typed, write
from tests.stage import acting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_an_edit_shows_that_it_was_edited_and_what_was_said(cast: Cast, about: str) -> None:
    post = write(cast.member, about, "Frist.")
    client = browser(cast.member)
    path = f"/forum/post/{post.pk}/edit"
    answer = client.post(path, typed(client, path, body="First."))
    assert answer["Location"] == f"/forum/thread/{post.thread_id}#post-{post.pk}"
    assert f'<a href="/forum/post/{post.pk}/history">edited</a>' in text(browser().get(answer["Location"]))
    history = text(browser().get(f"/forum/post/{post.pk}/history"))
    assert re.findall(r"<h2>(.+?)</h2>", history)[:2] == ["Now", "Version 1"]
    assert "Frist." in history


def test_two_windows_that_edit_are_brought_together(cast: Cast, about: str) -> None:
    post = write(cast.member, about, "Begun.")
    client = browser(cast.member)
    path = f"/forum/post/{post.pk}/edit"
    first, second = typed(client, path, body="First window."), typed(client, path, body="Second window.")
    client.post(path, first)
    merging = client.post(path, second)
    assert merging.status_code == 409
    assert "First window." in text(merging)
    assert "Second window.</textarea>" in text(merging)
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text(merging)))
    client.post(path, {**found, "body": "Both windows."})
    post.refresh_from_db()
    assert (post.body, post.version) == ("Both windows.", 3)


def test_nobody_else_opens_the_pages_of_ones_post(cast: Cast, about: str) -> None:
    post = write(cast.member, about)
    for who in ("author", "steward", "founder", "stranger"):
        client = browser(getattr(cast, who))
        for page in ("edit", "take-back"):
            assert client.get(f"/forum/post/{post.pk}/{page}").status_code == 403
            fields = {"body": "Theirs.", "version": "1", "once": "k"}
            assert client.post(f"/forum/post/{post.pk}/{page}", fields).status_code in {403, 422}
    post.refresh_from_db()
    assert (post.body, post.taken_back) == ("Much leaks.", None)


def test_a_text_taken_back_is_gone_for_everybody(cast: Cast, about: str) -> None:
    post = write(cast.member, about, "Indiscreet @Steward.")
    acts.edit_post(acting(cast.member), post=post, body="Less indiscreet.", version=1)
    client = browser(cast.member)
    path = f"/forum/post/{post.pk}/take-back"
    assert client.post(path, typed(client, path)).status_code == 302
    settle()
    paths = [f"/forum/thread/{post.thread_id}", f"/forum/post/{post.pk}/history", "/forum/feed", "/record"]
    for who in EVERYBODY:
        reader = browser(getattr(cast, who))
        for place in paths:
            assert "ndiscreet" not in text(reader.get(place)), (who, place)
        assert "Its author removed this text" in text(reader.get(paths[0]))


def test_a_removed_post_is_read_by_its_author_and_moderators_alone(cast: Cast, about: str) -> None:
    post = write(cast.member, about, "Indiscreet.")
    set_state(post.reference, State.REMOVED)
    for who in EVERYBODY:
        reader = browser(getattr(cast, who))
        seen = {
            "Indiscreet." in text(reader.get(f"/forum/thread/{post.thread_id}")),
            "Indiscreet." in text(reader.get(f"/forum/post/{post.pk}/history")),
        }
        assert seen == {who in {"member", "steward", "founder"}}, who
        assert "Indiscreet" not in text(reader.get("/forum/feed"))
    assert browser(cast.author).get(f"/forum/about/{about}?answers={post.pk}&quote").status_code == 200
    assert "Indiscreet" not in text(browser(cast.author).get(f"/forum/about/{about}?answers={post.pk}&quote"))


def test_a_held_post_is_not_there_for_others(cast: Cast, about: str) -> None:
    write(cast.author, about, "Standing.")
    post = write(cast.member, about, "Waiting.")
    set_state(post.reference, State.HELD)
    for who in EVERYBODY:
        reader = browser(getattr(cast, who))
        page = text(reader.get(f"/forum/thread/{post.thread_id}"))
        knows = who in {"member", "steward", "founder"}
        assert ("Waiting." in page, f'id="post-{post.pk}"' in page) == (knows, knows), who
        assert (reader.get(f"/forum/post/{post.pk}").status_code == 302) == knows
        assert (reader.get(f"/forum/post/{post.pk}/history").status_code == 200) == knows
        for place in ("/forum", "/forum/feed", f"/forum/thread/{post.thread_id}/feed"):
            assert f"post/{post.pk}" not in text(reader.get(place))
            assert "Waiting." not in text(reader.get(place))
    rows = json.loads(b"".join(browser().get("/forum?as=json").streaming_content))
    assert [(row["posts"], row["by"]) for row in rows] == [(1, "member-1")]
