"""What is typed and not posted: kept for its writer alone, never overwritten unseen, gone once posted."""

from __future__ import annotations

import pytest

from stoa.forum import acts
from stoa.forum.models import Draft, ReadMark
from stoa.kit.faults import Conflict, Invalid, Refused
from stoa.record.models import Entry
from tests.cast import Cast
from tests.stage import acting

pytestmark = pytest.mark.django_db


def kept() -> list[tuple[str, str, int]]:
    return list(Draft.objects.order_by("pk").values_list("place", "body", "version"))


def test_a_draft_is_kept_changed_and_dropped_when_it_is_emptied(cast: Cast, about: str) -> None:
    actor = acting(cast.member)
    before = Entry.objects.count()
    acts.save_draft(actor, place=about, body="Mu", version=0)
    acts.save_draft(actor, place=about, body="Much", version=1)
    assert kept() == [(about, "Much", 2)]
    acts.save_draft(actor, place=about, body=" ", version=2)
    assert kept() == []
    assert Entry.objects.count() == before


def test_two_windows_cannot_overwrite_each_other_unseen(cast: Cast, about: str) -> None:
    actor = acting(cast.member)
    acts.save_draft(actor, place=about, body="First window", version=0)
    with pytest.raises(Conflict):
        acts.save_draft(actor, place=about, body="Second window", version=0)
    with pytest.raises(Conflict):
        acts.save_draft(actor, place=about, body="", version=0)
    acts.save_draft(actor, place=about, body="First window", version=0)
    assert kept() == [(about, "First window", 1)]


def test_posting_drops_the_draft_that_was_posted(cast: Cast, about: str) -> None:
    actor = acting(cast.member)
    draft = acts.save_draft(actor, place=about, body="Much leaks", version=0)
    acts.write_post(actor, about=about, body="Much leaks.", draft=draft.version)
    assert kept() == []


def test_posting_leaves_what_another_window_typed(cast: Cast, about: str) -> None:
    actor = acting(cast.member)
    acts.save_draft(actor, place=about, body="First window", version=0)
    acts.save_draft(actor, place=about, body="First window, changed", version=1)
    acts.write_post(actor, about=about, body="Second window", draft=1)
    assert kept() == [(about, "First window, changed", 2)]


def test_what_a_page_saves_by_itself_after_it_posted_is_no_draft(cast: Cast, about: str) -> None:
    actor = acting(cast.member)
    post = acts.write_post(actor, about=about, body="Much leaks, @Steward")
    acts.save_draft(actor, place=about, body="Much leaks, @Steward ", version=0)
    acts.save_draft(actor, place=post.reference, body="Much leaks, @Steward", version=0)
    assert kept() == []


def test_a_draft_to_edit_stands_at_ones_own_post_alone(cast: Cast, about: str) -> None:
    post = acts.write_post(acting(cast.member), about=about, body="Mine.")
    acts.save_draft(acting(cast.member), place=post.reference, body="Mine, better", version=0)
    with pytest.raises(Invalid):
        acts.save_draft(acting(cast.author), place=post.reference, body="Not mine", version=0)
    acts.edit_post(acting(cast.member), post=post, body="Mine, better", version=1, draft=0)
    assert kept() == []


def test_a_draft_may_be_longer_than_a_post_but_not_without_end(cast: Cast, about: str) -> None:
    acts.save_draft(acting(cast.member), place=about, body="x" * 40_000, version=0)
    with pytest.raises(Invalid):
        acts.save_draft(acting(cast.member), place=about, body="x" * 40_001, version=1)


def test_reading_goes_on_and_never_back(cast: Cast, about: str) -> None:
    posts = [acts.write_post(acting(cast.author), about=about, body=f"Post {n}") for n in range(3)]
    thread, reader = posts[0].thread, cast.member
    for up_to, marked in (
        (posts[1].pk, posts[1].pk),
        (posts[0].pk, posts[1].pk),
        (2**62, posts[2].pk),
        (-1, posts[2].pk),
    ):
        acts.mark_read(acting(reader), reader=reader, thread=thread, up_to=up_to)
        assert ReadMark.objects.get().up_to == marked
    with pytest.raises(Refused):
        acts.mark_read(acting(cast.author), reader=reader, thread=thread, up_to=0)
