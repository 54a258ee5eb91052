"""Who may write, change and read posts."""

from __future__ import annotations

from dataclasses import dataclass

from stoa.charter.queries import terms
from stoa.charter.rules import held
from stoa.forum.models import Post
from stoa.forum.rules.pace import DECIDES, REPORTS
from stoa.kit.act import Actor

WRITES = "forum.post.write"


@dataclass(frozen=True)
class Reader:
    """Who reads, with what the charter lets them do here: found out once for a page of posts.

    `may_wait` says that the charter lets first posts of new accounts wait for a look: `pace_of` knows whose. `decides`
    are the roles that may decide about pieces.
    """

    person_id: str | None = None
    moderates: bool = False
    writes: bool = False
    reports: bool = False
    may_wait: bool = False
    decides: frozenset[str] = frozenset()


def reader(actor: Actor) -> Reader:
    """What the actor may do here. A missing second factor does not hide it."""
    if actor.person_id is None:
        return Reader()
    charter, roles = terms(), held(actor, None)
    return Reader(
        actor.person_id,
        moderates=not roles.isdisjoint(charter.powers.get(DECIDES, ())),
        decides=frozenset(charter.powers.get(DECIDES, ())),
        writes=not roles.isdisjoint(charter.powers.get(WRITES, ())),
        reports=not roles.isdisjoint(charter.powers.get(REPORTS, ())),
        may_wait=charter.limits.get("first_posts_held", 0) > 0,
    )


def is_author(reader: Reader, post: Post) -> bool:
    """Whether the reader wrote the post."""
    return reader.person_id is not None and reader.person_id == post.author_id


def may_change(reader: Reader, post: Post) -> bool:
    """Whether the reader may edit the post: its author, while it has a text and was not removed."""
    return is_author(reader, post) and post.taken_back is None and post.state != Post.State.REMOVED


def may_take_back(reader: Reader, post: Post) -> bool:
    """Whether the reader may remove the text: its author, as long as there is one."""
    return is_author(reader, post) and post.taken_back is None


def may_read(reader: Reader, post: Post) -> bool:
    """Whether the reader may read what the post says: everybody while it stands; then its author and moderators."""
    if post.taken_back is not None:
        return False
    return post.state == Post.State.STANDING or is_author(reader, post) or reader.moderates
