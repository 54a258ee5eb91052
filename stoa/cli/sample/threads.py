"""What people say to one another in the sample: posts, an edit, a report, a removal and an appeal, each by its act."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from stoa.cli.sample import content
from stoa.cli.sample.content import Said, Talk
from stoa.cli.sample.world import Scene, World, publish
from stoa.forum import acts as forum
from stoa.forum.models import Case, Post
from stoa.record.models import Placement

Written = dict[int, Post]
"""The posts of one thread by their numbers, from 1."""


def threads(world: World) -> Iterator[Scene]:
    """Everything that is said, and what moderators make of it."""
    for talk in content.talks():
        posts: Written = {}
        for number, said in enumerate(talk.posts, start=1):
            yield said.day, partial(_write, world, talk, posts, number)
            if said.edit:
                yield said.edit["day"], partial(_edit, world, posts, number, said)
            if said.removal:
                yield from _moderation(world, posts, number, said)


def _write(world: World, talk: Talk, posts: Written, number: int) -> None:
    said = talk.posts[number - 1]
    body = said.edit["before"].strip() if said.edit else said.text
    answered = posts[said.answers] if said.answers else None
    posts[number] = forum.write_post(
        world.actor(said.by), about=_reference(world, talk.on), body=body, answers=answered
    )


def _edit(world: World, posts: Written, number: int, said: Said) -> None:
    posts[number] = forum.edit_post(world.actor(said.by), post=posts[number], body=said.text, version=1)


def _moderation(world: World, posts: Written, number: int, said: Said) -> Iterator[Scene]:
    assert said.removal
    removal, appeal = said.removal, said.removal["appeal"]
    yield (
        removal["day"] - 0.1,
        lambda: forum.report(
            world.actor(removal["reported_by"]), reference=posts[number].reference, reason=removal["reason"]
        ),
    )
    yield (
        removal["day"],
        lambda: forum.remove(
            world.actor(removal["by"]),
            reference=posts[number].reference,
            reason=removal["reason"],
            words=removal["words"].strip(),
        ),
    )
    yield (
        appeal["day"],
        lambda: forum.appeal(world.actor(said.by), case=_case(posts[number]), words=appeal["words"].strip()),
    )
    yield (
        appeal["decided"],
        lambda: forum.decide_appeal(
            world.actor(appeal["by"]),
            case=_case(posts[number]),
            reverse=appeal["reverse"],
            words=appeal["answer"].strip(),
        ),
    )


def _case(post: Post) -> Case:
    return Case.objects.get(subject=post.reference)


def _reference(world: World, on: str) -> str:
    """The reference of what a thread is about; of entries, the first of a type, which has a number once it is published."""
    kind, _, key = on.partition(":")
    if kind == "entry":
        publish()
        return f"entry:{Placement.objects.filter(entry__type=key).order_by('position')[0].position}"
    if kind == "round":
        return f"round:{world.rounds[key].pk}"
    return world.asked[key].reference if kind == "question" else world.claimed[key].reference
