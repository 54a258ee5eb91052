"""What is secret of threads: what one does in silence, reports, and what a post said that was removed."""

from __future__ import annotations

from stoa.agenda import acts as agenda
from stoa.agenda.models.discussion import UNPUBLISHED
from stoa.forum import acts as forum
from stoa.forum.models import Case, Post
from stoa.forum.models.moderation import A_REPORT, PUT_AWAY
from stoa.forum.models.posts import A_DRAFT, A_POST, READ
from stoa.people import acts as people
from stoa.people.models import A_FOLLOW
from stoa.record.models import A_TEXT
from tests.leaks.worlds import World, about
from tests.stage import acting


@about(A_FOLLOW, PUT_AWAY, READ, A_DRAFT)
def what_one_does_in_silence(world: World) -> None:
    """Whom and what somebody follows, mutes and hides, what they have read and what they are writing."""
    if world.otherwise:
        me, post = world.some[3], Post.objects.order_by("pk")[0]
        people.start_following(acting(me), person=me, reference=world.round.reference)
        forum.mute(acting(me), person=me, muted=world.cast.member)
        forum.hide(acting(me), person=me, reference=post.reference)
        forum.mark_read(acting(me), reader=me, thread=post.thread, up_to=post.pk)
        forum.save_draft(acting(me), place=world.round.reference, body="I am not sure.", version=0)


@about(A_REPORT)
def whether_one_reports(world: World) -> None:
    """Whether somebody reported a post and a statement."""
    if world.otherwise:
        post = Post.objects.order_by("pk")[0]
        forum.report(acting(world.some[7]), reference=post.reference, reason="off-topic", words="")
        forum.report(acting(world.some[7]), reference=world.statements[1].reference, reason="spam", words="")


@about(A_POST, A_TEXT, A_REPORT)
def what_a_removed_post_said(world: World) -> None:
    """What a post said, before and after an edit, that was removed, and whether its author appealed."""
    words = "cabbages" if world.otherwise else "bassoons"
    author = world.some[10]
    post = forum.write_post(acting(author), about=world.round.reference, body=f"Buy {words}!")
    post = forum.edit_post(acting(author), post=post, body=f"Buy my {words}!", version=post.version)
    forum.remove(acting(world.cast.steward), reference=post.reference, reason="spam", words="")
    if world.otherwise:
        case = Case.objects.get(subject=post.reference)
        forum.appeal(acting(author), case=case, words="They are fresh.")


@about(UNPUBLISHED, A_POST)
def what_first_pieces_say(world: World) -> None:
    """What a new account's first statement and first post say, which wait for a look."""
    words = "Cabbages matter." if world.otherwise else "Bassoons matter."
    new = world.some[11]
    agenda.propose_statement(acting(new), round=world.round, body=words, anyway=True)
    forum.write_post(acting(new), about=world.round.reference, body=words)
